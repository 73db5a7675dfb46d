"""Unit tests of the CUDA probe over stand-ins for the driver's library and torch; run by `HarnessPythonIT`."""

import json
import os
import subprocess
import sys
import types
import unittest
from unittest import mock

PROGRAM = os.path.join(os.path.dirname(__file__), "../../main/resources/dev/roundelay/harness")
sys.path.insert(0, PROGRAM)

import gpu_probe

UUID = "0123456789abcdef0123456789abcdef"


class Driver:
    """Stands for `libcuda.so.1` with one GPU of 24 GiB; a call may be told to fail."""

    def __init__(self, **failing):
        self.failing, self.calls, self.count, self.uuid, self.memory = failing, [], 1, UUID, b"\0" * 4096

    def __getattr__(self, name):
        if not name.startswith("cu"):
            raise AttributeError(name)

        def call(*arguments):
            self.calls.append(name)
            if name in self.failing:
                return self.failing[name]
            getattr(self, "_" + name, lambda *_: None)(*arguments)
            return 0

        return call

    def _cuGetErrorString(self, code, text):
        text._obj.value = f"text of {code}".encode()

    def _cuDeviceGetCount(self, count):
        count._obj.value = self.count

    def _cuDeviceGetUuid(self, uuid, _device):
        uuid[:] = bytes.fromhex(self.uuid)

    def _cuDriverGetVersion(self, version):
        version._obj.value = 12080

    def _cuMemGetInfo_v2(self, free, memory):
        free._obj.value, memory._obj.value = 20 << 30, 24 << 30

    def _cuMemsetD8_v2(self, _pointer, value, count):
        self.memory = bytes([value.value]) * count.value

    def _cuMemcpyDtoH_v2(self, back, _pointer, _count):
        back[:] = self.memory


class Torch(types.SimpleNamespace):
    """Stands for a torch that was built for CUDA."""

    __version__ = "9.9.9"
    version = types.SimpleNamespace(cuda="12.8")

    def __init__(self, available=True, total=2048.0, error=None):
        class Ones:
            def __init__(self, count, device):
                if error:
                    raise RuntimeError(error)

            def __mul__(self, factor):
                return self

            def sum(self):
                return types.SimpleNamespace(item=lambda: total)

        super().__init__(
            ones=Ones,
            cuda=types.SimpleNamespace(is_available=lambda: available, mem_get_info=lambda: (20 << 30, 24 << 30)),
        )


class DriverTest(unittest.TestCase):
    def setUp(self):
        patch = mock.patch.dict(os.environ, {"CUDA_VISIBLE_DEVICES": "GPU-01234567-89ab-cdef-0123-456789abcdef"})
        patch.start()
        self.addCleanup(patch.stop)

    def reason(self, driver):
        with self.assertRaises(gpu_probe.Unusable) as caught:
            gpu_probe.with_driver(lambda name: driver)
        return str(caught.exception)

    def test_a_good_gpu_is_opened_written_and_read(self):
        driver = Driver()
        found = gpu_probe.with_driver(lambda name: driver)
        self.assertEqual(found, {"by": "CUDA 12.8", "memoryMb": 24576, "freeMemoryMb": 20480})
        self.assertEqual(driver.calls[0], "cuInit")
        self.assertEqual(driver.calls[-1], "cuMemcpyDtoH_v2")

    def test_what_the_driver_says_is_told_with_a_remedy(self):
        self.assertEqual(
            self.reason(Driver(cuInit=803)),
            "cuInit failed with 803 (text of 803); the driver's library and its kernel module are of different versions;"
            " restart the machine",
        )
        self.assertIn("cuCtxSetCurrent failed with 214", self.reason(Driver(cuCtxSetCurrent=214)))
        self.assertIn("dmesg", self.reason(Driver(cuMemAlloc_v2=719)))
        self.assertIn("unknown error", self.reason(Driver(cuInit=999, cuGetErrorString=1)))

    def test_another_gpu_or_none_is_not_the_one_that_was_asked_for(self):
        driver = Driver()
        driver.uuid = UUID[::-1]
        self.assertIn("CUDA shows another GPU", self.reason(driver))
        driver = Driver()
        driver.count = 0
        self.assertIn("CUDA sees 0 GPUs", self.reason(driver))

    def test_memory_that_forgets_is_found_out(self):
        driver = Driver()
        driver._cuMemsetD8_v2 = lambda *_: None
        self.assertIn("does not keep what is written", self.reason(driver))

    def test_a_missing_library_says_where_it_belongs(self):
        def load(name):
            raise OSError(f"{name}: cannot open shared object file")

        with self.assertRaises(gpu_probe.Unusable) as caught:
            gpu_probe.with_driver(load)
        self.assertIn("libcuda.so.1 cannot be loaded", str(caught.exception))


class TorchTest(unittest.TestCase):
    def reason(self, torch, driver=None):
        with mock.patch.object(gpu_probe.ctypes, "CDLL", lambda name: driver):
            with self.assertRaises(gpu_probe.Unusable) as caught:
                gpu_probe.with_torch(torch)
        return str(caught.exception)

    def test_a_good_gpu_computes(self):
        self.assertEqual(gpu_probe.with_torch(Torch()), {"by": "torch 9.9.9", "memoryMb": 24576, "freeMemoryMb": 20480})

    def test_a_gpu_that_raises_or_computes_wrongly_is_unusable(self):
        self.assertIn("cannot use it: CUDA error: ECC", self.reason(Torch(error="CUDA error: ECC\nmore")))
        self.assertIn("computed 1.0 instead of 2048.0", self.reason(Torch(total=1.0)))
        self.assertIn("its memory is full", self.reason(Torch(error="CUDA out of memory. Tried to allocate")))

    def test_a_torch_that_sees_none_is_explained_by_the_driver(self):
        with mock.patch.dict(os.environ, {"CUDA_VISIBLE_DEVICES": ""}):
            self.assertIn("sees no GPU though the driver does", self.reason(Torch(available=False), Driver()))
            self.assertIn("cuInit failed with 100", self.reason(Torch(available=False), Driver(cuInit=100)))


class ProgramTest(unittest.TestCase):
    def test_it_prints_one_line_whatever_happens(self):
        said = subprocess.run(
            [sys.executable, "-s", os.path.join(PROGRAM, "gpu_probe.py")],
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "GPU-none"},
            capture_output=True,
            check=True,
            timeout=120,
        )
        answer = json.loads(said.stdout)
        self.assertIs(answer["ok"], False)
        self.assertTrue(answer["reason"])


if __name__ == "__main__":
    unittest.main()
