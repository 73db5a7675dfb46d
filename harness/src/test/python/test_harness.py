"""Unit tests of the harness's own modules; run by `HarnessPythonIT` with both Pythons."""

import errno
import io
import json
import os
import socket
import struct
import sys
import tempfile
import unittest
import urllib.error
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../main/resources/dev/roundelay/harness"))

import numpy
import torch

from roundelay_harness import calls, failures, results, safetensors_file
from roundelay_harness.channel import Channel
from roundelay_harness.logger import Logger


class Recorder:
    """Stands for the channel."""

    def __init__(self):
        self.logged, self.metrics, self.warnings = [], [], []

    def log(self, level, message):
        self.logged.append((level, message))

    def metric(self, name, value, step):
        self.metrics.append((name, value, step))

    def warn(self, code, message):
        self.warnings.append(code)


class SafetensorsTest(unittest.TestCase):
    def setUp(self):
        self.path = os.path.join(tempfile.mkdtemp(), "x.safetensors")

    def test_every_dtype_shape_and_order_survives(self):
        state = {
            "z": torch.arange(6, dtype=torch.float32).reshape(2, 3).t(),
            "scalar": torch.tensor(3, dtype=torch.int64),
            "empty": torch.empty((0, 4), dtype=torch.float16),
            "ü.bf16": torch.tensor([1.5, -2.0, 3.0]).to(torch.bfloat16),
            "flag": torch.tensor([True, False, True]),
            "double": torch.randn(3, dtype=torch.float64),
            "byte": torch.tensor([255], dtype=torch.uint8),
        }
        safetensors_file.write(self.path, state)
        read = safetensors_file.read(self.path, "torch")
        self.assertEqual(list(read), list(state))
        for name, value in state.items():
            self.assertEqual(read[name].dtype, value.dtype)
            self.assertEqual(read[name].shape, value.shape)
            self.assertTrue(torch.equal(read[name], value), name)
        read["double"].add_(1)  # writable, and not the file's

    def test_numpy_arrays_survive(self):
        state = {"a": numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)), "s": numpy.float32(2), "b": numpy.arange(3, dtype=">i4")}
        safetensors_file.write(self.path, state)
        read = safetensors_file.read(self.path, "numpy")
        for name, value in state.items():
            numpy.testing.assert_array_equal(read[name], value)

    def test_an_empty_state_dict_survives(self):
        safetensors_file.write(self.path, {})
        self.assertEqual(safetensors_file.read(self.path, "torch"), {})

    def test_data_is_aligned(self):
        safetensors_file.write(self.path, {"x": torch.zeros(1)})
        with open(self.path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
        self.assertEqual(length % 8, 0)

    def test_what_is_no_dense_tensor_is_refused_by_name(self):
        for value in ([1.0], torch.zeros(2, dtype=torch.complex64), torch.eye(2).to_sparse(), None):
            with self.assertRaisesRegex(safetensors_file.TensorError, "tensor x"):
                safetensors_file.write(self.path, {"x": value})


class ResultsTest(unittest.TestCase):
    def setUp(self):
        self.out = tempfile.mkdtemp()
        self.state = {"w": torch.ones(2)}

    def test_weights_are_found_in_each_form(self):
        path = os.path.join(self.out, "mine.pt")
        torch.save({"model_state": self.state}, path)
        for result in (
            {"weights": self.state},
            {"state_dict": self.state},
            {"final_checkpoint": path},
            {"weights": {"w": numpy.ones(2)}},
        ):
            self.assertEqual(list(results.weights_of(result, self.out)), ["w"])
        torch.save(self.state, os.path.join(self.out, "state_dict.pt"))
        for result in (None, {}, {"samples": 1}):
            self.assertEqual(list(results.weights_of(result, self.out)), ["w"])

    def test_a_checkpoint_that_runs_code_is_refused(self):
        class Evil:
            def __reduce__(self):
                return os.mkdir, (os.path.join(tempfile.gettempdir(), "never"),)

        path = os.path.join(self.out, "evil.pt")
        torch.save({"w": Evil()}, path)
        with self.assertRaises(failures.StepFailure) as caught:
            results.load_state_dict_file(path, "checkpoint_unreadable")
        self.assertEqual(caught.exception.report["reason"], "checkpoint_unreadable")
        self.assertFalse(os.path.exists(os.path.join(tempfile.gettempdir(), "never")))

    def test_every_scalar_is_a_metric(self):
        result = {
            "weights": self.state,
            "samples": 3,
            "acc": torch.tensor(0.5),
            "n": numpy.int64(4),
            "flag": True,
            "text": "no",
            "nan": float("nan"),
            "metrics": {"val loss": 2},
        }
        self.assertEqual(results.metrics_of(result), {"acc": 0.5, "n": 4.0, "flag": 1.0, "val_loss": 2.0})

    def test_samples_are_whole_numbers(self):
        for value, expected in ((5, 5), (5.0, 5), (torch.tensor(5), 5), (numpy.int64(5), 5), (None, 0)):
            self.assertEqual(results.samples_of({"num_samples": value}), expected)
        for value in (-1, 1.5, "x", True, float("nan") if False else 2**41):
            with self.assertRaises(failures.StepFailure):
                results.samples_of({"samples": value})


class FailuresTest(unittest.TestCase):
    def reason(self, error, otherwise="train_raised"):
        return failures.report(error, otherwise)["reason"]

    def test_types_decide(self):
        self.assertEqual(self.reason(torch.cuda.OutOfMemoryError("x")), "gpu_out_of_memory")
        self.assertEqual(self.reason(MemoryError()), "host_out_of_memory")
        self.assertEqual(self.reason(socket.gaierror(-3, "x")), "network_blocked")
        self.assertEqual(self.reason(ConnectionRefusedError()), "network_blocked")
        self.assertEqual(self.reason(OSError(errno.ENETUNREACH, "x")), "network_blocked")
        self.assertEqual(self.reason(urllib.error.URLError(socket.gaierror(-3, "x"))), "network_blocked")
        self.assertEqual(self.reason(OSError(errno.EMFILE, "x")), "limit_exceeded")
        self.assertEqual(self.reason(OSError(errno.ENOSPC, "x")), "limit_exceeded")
        self.assertEqual(self.reason(RuntimeError("can't start new thread")), "limit_exceeded")

    def test_a_fault_of_a_leased_gpu_is_a_loss_and_no_fault_of_the_code(self):
        ecc = RuntimeError("CUDA error: uncorrectable ECC error encountered\nCUDA kernel errors might be ...")
        unfit = RuntimeError("CUDA error: no kernel image is available for execution on the device")
        assertion = RuntimeError("CUDA error: device-side assert triggered")
        self.assertEqual(self.reason(ecc), "train_raised")
        with mock.patch.object(failures, "_GPU_IS_LEASED", True):
            report = failures.report(ecc, "train_raised")
            self.assertEqual((report["reason"], report["loss"]), ("gpu_unavailable", True))
            self.assertIn("uncorrectable ECC error", report["message"])
            report = failures.report(unfit, "train_raised")
            self.assertEqual((report["reason"], report["loss"]), ("gpu_unavailable", False))
            self.assertEqual(self.reason(assertion), "train_raised")
            self.assertEqual(self.reason(RuntimeError("CUDA error: an illegal memory access")), "train_raised")
            self.assertEqual(self.reason(ValueError("uncorrectable ECC error")), "train_raised")
            for text in ("No CUDA GPUs are available", "Found no NVIDIA driver on your system"):
                self.assertEqual(self.reason(RuntimeError(text)), "gpu_unavailable")

    def test_a_dead_child_is_no_network(self):
        self.assertEqual(self.reason(BrokenPipeError()), "train_raised")
        self.assertEqual(self.reason(FileNotFoundError(2, "x")), "train_raised")

    def test_a_context_that_was_suppressed_does_not_count(self):
        try:
            try:
                raise socket.gaierror(-3, "x")
            except OSError:
                raise ValueError("other") from None
        except ValueError as error:
            self.assertEqual(self.reason(error), "train_raised")


class CallsTest(unittest.TestCase):
    def test_a_leased_gpu_that_torch_does_not_see_is_the_gpus_fault_unless_torch_was_built_for_none(self):
        for built, loss in (("12.8", True), (None, False)):
            with mock.patch.object(torch.version, "cuda", built), mock.patch.object(
                torch.cuda, "is_available", lambda: False
            ):
                with self.assertRaises(failures.StepFailure) as caught:
                    calls.choose_device("cuda")
            self.assertEqual(caught.exception.report["reason"], "gpu_unavailable")
            self.assertIs(caught.exception.report["loss"], loss)

    def test_functions_get_as_much_as_they_take(self):
        def contract(model, env, out_dir, logger=None):
            return (model, env, out_dir, logger)

        self.assertEqual(calls.call(contract, ["m", "e"], "o", "l"), ("m", "e", "o", "l"))
        self.assertEqual(calls.call(lambda payload, out_dir, logger: (payload, out_dir, logger), ["p"], "o", "l"), ("p", "o", "l"))
        self.assertEqual(calls.call(lambda m, e, o: (m, e, o), ["m", "e"], "o", "l"), ("m", "e", "o"))
        self.assertEqual(calls.call(lambda p, o, log: (p, o, log), ["p"], "o", "l"), ("p", "o", "l"))
        with self.assertRaises(failures.StepFailure):
            calls.call(lambda a, b, c, d, e: None, ["p"], "o", "l")

    def test_weights_are_loaded_strictly_and_else_with_a_warning(self):
        model, channel = torch.nn.Linear(2, 1), Recorder()
        calls.load_weights(model, {"weight": torch.ones(1, 2), "bias": torch.ones(1)}, channel)
        self.assertEqual(channel.warnings, [])
        calls.load_weights(model, {"weight": torch.zeros(1, 2)}, channel)
        self.assertEqual(channel.warnings, ["weights_not_strict"])
        with self.assertRaises(RuntimeError):
            calls.load_weights(model, {"other": torch.zeros(1)}, channel)
        with self.assertRaises(RuntimeError):
            calls.load_weights(model, {"weight": torch.zeros(5, 5)}, channel)

    def test_a_seed_repeats_everything(self):
        import random

        def draw():
            calls.seed_everything(5)
            return random.random(), numpy.random.rand(), torch.rand(1).item()

        self.assertEqual(draw(), draw())


class LoggerTest(unittest.TestCase):
    def test_it_is_callable_and_has_levels(self):
        channel = Recorder()
        logger = Logger(channel)
        logger("plain")
        logger({"type": "error", "msg": "bad", "n": 1})
        logger.debug("x %d", 1)
        logger.warning("w")
        logger.error("not %z", 3)
        self.assertEqual(
            channel.logged,
            [("info", "plain"), ("error", 'bad {"n": 1}'), ("debug", "x 1"), ("warning", "w"), ("error", "not %z 3")],
        )

    def test_metrics_take_whatever_has_a_number(self):
        channel = Recorder()
        logger = Logger(channel)
        logger.metric("loss", torch.tensor(0.5), step=2)
        logger.metric("loss", numpy.float32(1))
        logger.metric("loss", "none")
        logger.metric("bad name", 1.0)
        self.assertEqual(channel.metrics, [("loss", 0.5, 2), ("loss", 1.0, None)])
        self.assertEqual([level for level, _ in channel.logged], ["warning", "warning"])


class ChannelTest(unittest.TestCase):
    def test_frames_have_a_length_and_json(self):
        requests, agent = os.pipe()
        reader, answers = os.pipe()
        body = json.dumps({"op": "x"}).encode()
        os.write(agent, struct.pack(">I", len(body)) + body)
        os.close(agent)
        channel = Channel(requests, answers, 2)
        self.assertEqual(channel.read(), {"op": "x"})
        self.assertIsNone(channel.read())
        channel.metric("nan", float("nan"), None)
        channel.write({"id": 1})
        os.close(answers)
        data = io.BytesIO(os.read(reader, 1000)).getvalue()
        self.assertEqual(data, struct.pack(">I", 9) + b'{"id": 1}')


if __name__ == "__main__":
    unittest.main()
