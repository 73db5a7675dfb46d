"""Turns exceptions into reports of the failure catalogue: by type first, by text only where there is no type."""

from __future__ import annotations

import errno
import os
import re
import resource
import socket
import sys
import traceback
from typing import Any, Iterator

_HERE = os.path.dirname(os.path.abspath(__file__))
_MAX_TRACEBACK = 32_000
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
# Set by the agent for a leased GPU and for nothing else; read before user code can change it.
_GPU_IS_LEASED = bool(os.environ.get("CUDA_VISIBLE_DEVICES"))
# What CUDA says when the device or its driver is at fault, whatever the program did. An illegal access, an assert or a
# launch failure is not among them: those are mostly the program's own.
_GPU_FAULT = re.compile(
    r"CUDA error: (uncorrectable|hardware stack error|initialization error|unknown error|all CUDA-capable devices are busy"
    r"|CUDA-capable device\(s\) is/are busy|no CUDA-capable device|system not yet initialized|system has unsupported"
    r"|CUDA driver version is insufficient|contained|the device is unavailable|external device is not ready)"
    r"|uncorrectable (ECC|NVLink) error|Found no NVIDIA driver|The NVIDIA driver on your system is too old"
    r"|CUDA unknown error|No CUDA GPUs are available|GPU is lost|fallen off the bus",
    re.IGNORECASE,
)
# A file that did not fit leaves less than a write of the usual size.
_NEARLY_FULL = 1 << 20
_FEW_FILES = 16
_TORCH_UNFIT = re.compile(r"no kernel image is available|Torch not compiled with CUDA enabled", re.IGNORECASE)
_REMEDIES = {
    "gpu_out_of_memory": "raise `estimated_memory_mb`, pick a larger GPU class, or lower `batch_size`",
    "gpu_unavailable": "ask the operator to check driver and torch build of the worker",
    "host_out_of_memory": "read the data in chunks, or ask the operator for more (--memory-mb, which all slots of the worker share)",
    "network_blocked": "jobs have no network; send files along with `extra_files`",
    "model_def_broken": "read the traceback; put every import into the same file or cell as the model",
    "train_raised": "read the traceback and mend the training function",
    "validate_raised": "read the traceback and mend the validation function",
}


class StepFailure(Exception):
    """A step failed for a reason that the harness knows.

    Parameters
    ----------
    reason : str
        A name of the failure catalogue.
    message : str
        What happened and what to do; the agent puts the place in front unless it begins with `[`.
    detail : str, optional
        A traceback or the like.
    loss : bool
        With `gpu_unavailable`: the GPU itself is at fault, so that the agent lends it to nobody before it is proved.
    """

    def __init__(self, reason: str, message: str, detail: str | None = None, loss: bool = False) -> None:
        super().__init__(message)
        self.report = {"reason": reason, "message": message, "detail": detail, "loss": loss}


def report(error: BaseException, otherwise: str) -> dict[str, Any]:
    """Return the report of an exception that user code raised; `otherwise` is the reason if no other fits."""
    if isinstance(error, StepFailure):
        return error.report
    reason, what = _classify(error, otherwise)
    text = what or _name_and_text(error)
    if reason in _REMEDIES:
        text += f"; {_REMEDIES[reason]}"
    loss = reason == "gpu_unavailable" and not any(_TORCH_UNFIT.search(str(one)) for one in chain(error))
    return {"reason": reason, "message": text, "detail": format_traceback(error), "loss": loss}


def format_traceback(error: BaseException) -> str:
    """Return the traceback without the frames of the harness."""
    summary = traceback.TracebackException.from_exception(error, limit=None)
    _drop_own_frames(summary, set())
    text = "".join(summary.format())
    return text if len(text) <= _MAX_TRACEBACK else "...\n" + text[-_MAX_TRACEBACK:]


def user_line(error: BaseException) -> str:
    """Return `file line n` of the deepest frame in user code, or an empty string."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{os.path.basename(error.filename)} line {error.lineno}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith((_HERE, "<frozen"))]
    own = [f for f in frames if "/site-packages/" not in f.filename and "/lib/python" not in f.filename]
    return f"{os.path.basename((own or frames)[-1].filename)} line {(own or frames)[-1].lineno}" if frames else ""


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, its causes and contexts, and the members of groups."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        members = getattr(current, "exceptions", None)
        if isinstance(members, (list, tuple)):
            waiting.extend(member for member in members if isinstance(member, BaseException))
        if current.__cause__ is not None:
            waiting.append(current.__cause__)
        elif current.__context__ is not None and not current.__suppress_context__:
            waiting.append(current.__context__)
        inner = getattr(current, "reason", None)  # urllib's URLError keeps its cause there
        if isinstance(inner, BaseException):
            waiting.append(inner)


def _classify(error: BaseException, otherwise: str) -> tuple[str, str]:
    for one in chain(error):
        if _is_gpu_memory(one):
            return "gpu_out_of_memory", f"the GPU has not enough memory: {_first_line(one)}"
        if _is_gpu_fault(one):
            return "gpu_unavailable", f"the GPU cannot be used: {_first_line(one)}"
        if _is_host_memory(one):
            return "host_out_of_memory", f"not enough memory: {_first_line(one) or 'MemoryError'}"
        what, raises = _limit(one)
        if what:
            return "limit_exceeded", f"{what}: {_first_line(one)}; use less of it, or ask the operator to raise {raises}"
        if _is_network(one):
            return "network_blocked", f"the code needed the network: {_name_and_text(one)}"
    if isinstance(error, SystemExit):
        return otherwise, f"the code called sys.exit({error.code!r})"
    return otherwise, ""


def _is_gpu_memory(error: BaseException) -> bool:
    torch = sys.modules.get("torch")
    cuda = getattr(getattr(torch, "cuda", None), "OutOfMemoryError", None)
    newer = getattr(torch, "OutOfMemoryError", None)
    if any(isinstance(kind, type) and isinstance(error, kind) for kind in (cuda, newer)):
        return True
    return isinstance(error, RuntimeError) and bool(re.search(r"CUDA out of memory|CUDA error: out of memory", str(error)))


def _is_gpu_fault(error: BaseException) -> bool:
    if not _GPU_IS_LEASED or not isinstance(error, (RuntimeError, AssertionError)):
        return False
    return bool(_GPU_FAULT.search(str(error)) or _TORCH_UNFIT.search(str(error)))


def _is_host_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    return isinstance(error, RuntimeError) and bool(
        re.search(r"DefaultCPUAllocator: (can't allocate|not enough) memory", str(error))
    )


def _limit(error: BaseException) -> tuple[str, str]:
    """Return which limit was met, with its number, and the option of the worker that raises it."""
    if isinstance(error, OSError):
        if error.errno in (errno.EMFILE, errno.ENFILE):
            return f"more than {_soft(resource.RLIMIT_NOFILE)} open files", "--max-open-files"
        if error.errno == errno.EFBIG:
            return f"a file of more than {_soft(resource.RLIMIT_FSIZE) // 1_000_000:,} MB", "--out-dir-limit-mb"
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return _full(str(error.filename or ""))
        if isinstance(error, BlockingIOError) and error.errno == errno.EAGAIN and _raised_by_fork(error):
            return f"more than {_soft(resource.RLIMIT_NPROC)} processes and threads", "--max-processes"
    if isinstance(error, RuntimeError):
        if "can't start new thread" in str(error):
            return f"more than {_soft(resource.RLIMIT_NPROC)} processes and threads", "--max-processes"
        if re.search(r"unable to (write to|open|allocate|resize|mmap).*No space left on device", str(error)):
            return _full("/dev/shm")
    return "", ""


def _full(path: str) -> tuple[str, str]:
    """Say which of the sized folders is full; a failed write names no path, so look which one has nothing left."""
    options = {"/dev/shm": "--memory-mb", "/tmp": "--tmp-limit-mb"}  # noqa: S108 - those of the sandbox
    for folder, option in options.items():
        try:
            about = os.statvfs(folder)
        except OSError:
            continue
        if path.startswith(folder) or about.f_bavail * about.f_frsize < _NEARLY_FULL or about.f_favail < _FEW_FILES:
            return f"too much written to disk: {folder} holds {about.f_blocks * about.f_frsize // 1_000_000:,} MB", option
    return "too much written to disk: the disk of the worker is full", "the space on it"


def _soft(kind: int) -> int:
    return resource.getrlimit(kind)[0]


def _raised_by_fork(error: BaseException) -> bool:
    names = {frame.name for frame in traceback.extract_tb(error.__traceback__)}
    lines = " ".join(frame.line or "" for frame in traceback.extract_tb(error.__traceback__))
    return "fork" in lines or bool(names & {"_execute_child", "_launch", "_fork_exec", "_spawnvef"})


def _is_network(error: BaseException) -> bool:
    if isinstance(error, (socket.gaierror, socket.herror)):
        return True
    # Those two also come from pipes of dead child processes; without a network they come from nothing else.
    if isinstance(error, (BrokenPipeError, ConnectionResetError)):
        return False
    if isinstance(error, ConnectionError):
        return True
    if isinstance(error, OSError) and error.errno in _NO_ROUTE:
        return True
    kind = type(error)
    return kind.__module__.split(".")[0] in {"requests", "urllib3", "httpx", "httpcore", "aiohttp", "botocore"} and (
        "Connect" in kind.__name__ or "Resolution" in kind.__name__
    )


def _drop_own_frames(summary: Any, seen: set[int]) -> None:
    if summary is None or id(summary) in seen:
        return
    seen.add(id(summary))
    kept = [f for f in summary.stack if not f.filename.startswith((_HERE, "<frozen importlib"))]
    summary.stack[:] = kept
    _drop_own_frames(summary.__cause__, seen)
    _drop_own_frames(summary.__context__, seen)


def _name_and_text(error: BaseException) -> str:
    place = user_line(error)
    text = _first_line(error)
    return (f"{place}: " if place else "") + type(error).__name__ + (f": {text}" if text else "")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:500] if lines else ""
