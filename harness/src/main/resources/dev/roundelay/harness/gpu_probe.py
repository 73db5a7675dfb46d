"""Proves that CUDA works on the one GPU that this process sees: run by the agent in the sandbox of jobs, not by jobs.

Prints one line of JSON: `{"ok": true, "by": ..., "memoryMb": ..., "freeMemoryMb": ...}` or `{"ok": false, "reason": ...}`.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any, Callable

_DRIVER = "libcuda.so.1"
_MEGA = 1 << 20
_DEVICE_LOG = "look at the kernel's log (dmesg, NVRM: Xid), reset the GPU or restart the machine"
# What the driver's calls return, as far as more can be said than the driver's own text.
_REMEDIES = {
    3: "the driver is not set up; load its kernel modules (modprobe nvidia nvidia-uvm) and check that its versions agree",
    46: "another program has it for itself; end that program, or allow more with nvidia-smi -c 0",
    100: "the driver shows no device here; check /dev/nvidia* and the permissions of the device nodes",
    101: "the driver does not know that UUID; restart the worker",
    214: "its memory is damaged; " + _DEVICE_LOG,
    802: "the machine's fabric is not up; start nvidia-fabricmanager",
    803: "the driver's library and its kernel module are of different versions; restart the machine",
    804: "the driver is older than the library; install matching versions",
}


class Unusable(Exception):
    """The GPU cannot be used; the text says why and what to do."""


def with_torch(torch: Any) -> dict[str, Any]:
    """Make torch compute something on the GPU."""
    try:
        if not torch.cuda.is_available():
            # torch does not say why: the driver does.
            with_driver(ctypes.CDLL)
            raise Unusable(
                f"torch {torch.__version__} (CUDA {torch.version.cuda}) sees no GPU though the driver does; install a torch"
                " build that fits driver and GPU into the worker's Python"
            )
        ones = torch.ones(1024, device="cuda")
        total = float((ones * 2).sum().item())
        if total != 2048.0:
            raise Unusable(f"it computed {total} instead of 2048.0; {_DEVICE_LOG}")
        free, memory = torch.cuda.mem_get_info()
    except Unusable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever torch raises is the answer
        lines = str(error).strip().splitlines() or [type(error).__name__]
        if "out of memory" in lines[0]:
            raise Unusable(f"its memory is full ({lines[0]}); end the program that holds it, see nvidia-smi") from error
        raise Unusable(f"torch {torch.__version__} cannot use it: {lines[0]}; {_DEVICE_LOG}") from error
    return {"by": f"torch {torch.__version__}", "memoryMb": memory // _MEGA, "freeMemoryMb": free // _MEGA}


def with_driver(load: Callable[[str], Any]) -> dict[str, Any]:
    """Make the driver's own library open the GPU and use a little of its memory."""
    try:
        cuda = load(_DRIVER)
    except OSError as error:
        raise Unusable(f"{_DRIVER} cannot be loaded ({error}); install the driver's libraries below /usr") from error

    def call(name: str, *arguments: Any) -> None:
        code = getattr(cuda, name)(*arguments)
        if code:
            text = ctypes.c_char_p()
            known = cuda.cuGetErrorString(code, ctypes.byref(text)) == 0 and text.value
            said = text.value.decode() if known and text.value else "unknown error"
            raise Unusable(f"{name} failed with {code} ({said}); {_REMEDIES.get(code, _DEVICE_LOG)}")

    call("cuInit", 0)
    count, device, version = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    call("cuDeviceGetCount", ctypes.byref(count))
    if count.value != 1:
        raise Unusable(f"CUDA sees {count.value} GPUs where it was shown one; restart the worker")
    call("cuDeviceGet", ctypes.byref(device), 0)
    _check_uuid(cuda, device, call)
    call("cuDriverGetVersion", ctypes.byref(version))
    context = ctypes.c_void_p()
    free, memory = ctypes.c_size_t(), ctypes.c_size_t()
    pointer = ctypes.c_uint64()
    call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
    call("cuCtxSetCurrent", context)
    call("cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(memory))
    call("cuMemAlloc_v2", ctypes.byref(pointer), ctypes.c_size_t(4096))
    call("cuMemsetD8_v2", pointer, ctypes.c_ubyte(7), ctypes.c_size_t(4096))
    back = (ctypes.c_ubyte * 4096)()
    call("cuMemcpyDtoH_v2", back, pointer, ctypes.c_size_t(4096))
    if bytes(back) != b"\7" * 4096:
        raise Unusable(f"its memory does not keep what is written to it; {_DEVICE_LOG}")
    release = f"{version.value // 1000}.{version.value % 1000 // 10}"
    return {"by": f"CUDA {release}", "memoryMb": memory.value // _MEGA, "freeMemoryMb": free.value // _MEGA}


def _check_uuid(cuda: Any, device: ctypes.c_int, call: Callable[..., None]) -> None:
    wanted = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    if not wanted.startswith("GPU-"):
        return
    uuid = (ctypes.c_ubyte * 16)()
    call("cuDeviceGetUuid", uuid, device)
    if bytes(uuid).hex() != wanted[4:].replace("-", "").lower():
        raise Unusable(f"CUDA shows another GPU ({bytes(uuid).hex()}) than {wanted}; restart the worker")


def probe() -> dict[str, Any]:
    """Return what the probe found, with torch if the worker's Python has one that was built for CUDA."""
    try:
        import torch
    except ImportError:
        return with_driver(ctypes.CDLL)
    return with_torch(torch) if torch.version.cuda else with_driver(ctypes.CDLL)


def main() -> None:
    """Print the answer; what libraries print goes elsewhere."""
    answer = os.dup(1)
    os.dup2(2, 1)
    try:
        found = {"ok": True, **probe()}
    except Unusable as reason:
        found = {"ok": False, "reason": str(reason)}
    os.write(answer, (json.dumps(found) + "\n").encode())
    sys.stdout.flush()
    os._exit(0)  # a driver in trouble may hang in its own clean-up


if __name__ == "__main__":
    main()
