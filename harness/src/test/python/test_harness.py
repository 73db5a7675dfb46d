"""Unit tests of the harness's own modules; run by `HarnessPythonIT` with both Pythons."""

import errno
import io
import json
import logging
import os
import socket
import struct
import subprocess
import sys
import tempfile
import textwrap
import types
import unittest
import urllib.error
from unittest import mock

HARNESS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../main/resources/dev/roundelay/harness")
sys.path.insert(0, HARNESS)

import numpy
import torch

from roundelay_harness import calls, failures, loading, nvflare_engine, nvflare_site, results, safetensors_file
from roundelay_harness.channel import Channel
from roundelay_harness.logger import Logger
from roundelay_harness.nvflare_log import RootHandler


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


def alone(code):
    """Run code in an interpreter of its own, where nothing is imported yet, and return what it prints."""
    code = f"import sys\nsys.path.insert(0, {HARNESS!r})\n" + textwrap.dedent(code)
    ended = subprocess.run(
        [sys.executable, "-B", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    if ended.returncode:
        raise AssertionError(ended.stderr.decode())
    return ended.stdout.decode()


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
        state = {
            "a": numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)),
            "s": numpy.float32(2),
            "b": numpy.arange(3, dtype=">i4"),
        }
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
            with mock.patch.object(torch.version, "cuda", built), mock.patch.object(torch.cuda, "is_available", lambda: False):
                with self.assertRaises(failures.StepFailure) as caught:
                    calls.choose_device("cuda")
            self.assertEqual(caught.exception.report["reason"], "gpu_unavailable")
            self.assertIs(caught.exception.report["loss"], loss)

    def test_functions_get_as_much_as_they_take(self):
        def contract(model, env, out_dir, logger=None):
            return (model, env, out_dir, logger)

        self.assertEqual(calls.call(contract, ["m", "e"], "o", "l"), ("m", "e", "o", "l"))
        self.assertEqual(
            calls.call(lambda payload, out_dir, logger: (payload, out_dir, logger), ["p"], "o", "l"), ("p", "o", "l")
        )
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

    def test_a_torch_that_is_imported_late_finds_seed_and_threads(self):
        torch.manual_seed(7)
        expected = torch.rand(1).item()
        said = alone(
            """
            import importlib.util, sys
            from roundelay_harness import calls, late_torch
            calls.seed_everything(6)
            late_torch.set_threads(1)
            calls.seed_everything(7)
            assert importlib.util.find_spec("torch") is not None
            assert "torch" not in sys.modules, "torch was imported though nobody asked for it"
            import torch
            assert torch.__spec__.loader is torch.__loader__ and "late" not in type(torch.__loader__).__module__
            print(torch.rand(1).item(), torch.get_num_threads())
            calls.seed_everything(7)
            print(torch.rand(1).item(), sum("late" in type(finder).__module__ for finder in sys.meta_path))
            """
        )
        self.assertEqual(said.split(), [str(expected), "1", str(expected), "0"])

    def test_where_there_is_no_torch_its_import_fails_as_ever(self):
        said = alone(
            """
            import sys
            from roundelay_harness import calls
            sys.path[:] = [folder for folder in sys.path if "packages" not in folder]
            calls.seed_everything(6)
            try:
                import torch
            except ModuleNotFoundError as error:
                print(error.name)
            """
        )
        self.assertEqual(said.split(), ["torch"])


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


class Base:
    """Stands for a class of nvflare's."""


class Part(Base):
    def __init__(self, size=1, inner=None, out_dir_name="runs"):
        self.size, self.inner, self.out_dir_name = size, inner, out_dir_name


class Raising(Base):
    def __init__(self):
        raise ValueError("seven is too many")


class NvflareComponentsTest(unittest.TestCase):
    """What needs nvflare itself is tested with the whole product, by NvflareCodeIT."""

    def build(self, name, offered=None, **args):
        return nvflare_engine.build({"path": f"{__name__}.{name}", "args": args}, Base, "executor", offered)

    def test_arguments_that_name_a_class_are_built_first(self):
        made = self.build("Part", size=3, inner={"path": f"{__name__}.Part", "args": {"size": 4}})
        self.assertEqual((made.size, made.inner.size), (3, 4))

    def test_other_dicts_are_passed_on(self):
        for value in ({"path": "no_class"}, {"path": "a.b", "c": 1}, {"path": "a.b", "config_type": "dict"}, {}):
            self.assertEqual(self.build("Part", inner=value).inner, value)

    def test_what_is_offered_is_given_to_constructors_that_name_it(self):
        offered = {"out_dir_name": "/out", "colour": "red"}
        self.assertEqual(self.build("Part", offered).out_dir_name, "/out")
        self.assertEqual(self.build("Part", offered, out_dir_name="mine").out_dir_name, "mine")

    def test_what_cannot_be_built_is_refused_by_name(self):
        for name, reason, text in (
            ("Nope", "entrypoint_missing", "name one of those that are there: Recorder"),
            ("Recorder", "entrypoint_missing", "is no Base of nvflare; derive the executor from it"),
            ("Raising", "train_raised", "ValueError: seven is too many"),
        ):
            with self.assertRaises(failures.StepFailure) as caught:
                self.build(name)
            self.assertEqual(caught.exception.report["reason"], reason)
            self.assertIn(text, caught.exception.report["message"])
        with self.assertRaises(failures.StepFailure) as caught:
            nvflare_engine.build({"path": "nowhere_to_be_found.Site"}, Base, "executor")
        self.assertEqual(caught.exception.report["reason"], "model_def_broken")

    def test_arrays_get_the_global_weights_dtype_if_that_loses_no_kind(self):
        base = {"w": numpy.zeros(2, numpy.float32), "n": numpy.zeros(2, numpy.int64)}
        self.assertEqual(nvflare_site._as_in(base, "w", numpy.ones(2)).dtype, numpy.float32)
        self.assertEqual(nvflare_site._as_in(base, "new", numpy.ones(2)).dtype, numpy.float64)
        with self.assertRaisesRegex(failures.StepFailure, "tensor n is float64, expected int64"):
            nvflare_site._as_in(base, "n", numpy.ones(2))

    def test_what_is_no_array_is_refused_by_name(self):
        self.assertEqual(nvflare_site._array("w", torch.ones(2)).tolist(), [1.0, 1.0])
        for value in ("text", None, {"a": 1}, torch.ones(2).to(torch.bfloat16)):
            with self.assertRaisesRegex(failures.StepFailure, "tensor w is"):
                nvflare_site._array("w", value)

    def test_torch_tensors_are_made_of_copies(self):
        given = {"w": numpy.zeros(2, numpy.float32), "s": numpy.array(3)}
        made = calls.as_kind(given, "torch")
        made["w"].add_(1)
        self.assertEqual((given["w"].tolist(), made["s"].item()), ([0.0, 0.0], 3))
        self.assertIs(calls.as_kind(given, "numpy"), given)

    def test_a_training_function_may_lack_only_where_an_executor_trains(self):
        module = types.ModuleType("empty")
        spec = {"class": None, "trainFn": "fl_train", "validateFn": "fl_validate"}
        self.assertIsNone(loading.UserModule(module, {**spec, "nvflare": {"executor": {}}}).train)
        for code in (None, {"executor": None, "persistor": {}}):
            with self.assertRaisesRegex(failures.StepFailure, "no function fl_train"):
                loading.UserModule(module, {**spec, "nvflare": code})


class RootHandlerTest(unittest.TestCase):
    def setUp(self):
        root = logging.getLogger()
        former = (root.handlers[:], root.level)
        self.addCleanup(lambda: (root.handlers.__setitem__(slice(None), former[0]), root.setLevel(former[1])))
        self.channel = Recorder()
        self.handler = RootHandler(self.channel).install()

    def test_every_logger_reaches_the_log_without_nvflares_context(self):
        logging.getLogger("a.b").info("[identity=site-1, run=job_1, task_name=train]: round %d", 3)
        logging.getLogger("c").debug("too fine")
        logging.getLogger().warning("[beware] of %s", "it")
        logging.getLogger("d").info("%d", "no number")
        self.assertEqual(
            self.channel.logged,
            [("info", "round 3"), ("warning", "[beware] of it"), ("info", "%d ('no number',)")],
        )

    def test_the_last_error_is_remembered_and_tracebacks_are_not_it(self):
        try:
            raise ValueError("seven")
        except ValueError:
            logging.getLogger("e").exception("it failed")
        logging.getLogger("e").error("Traceback (most recent call last):\n  ...")
        self.assertEqual(self.handler.last_error, "it failed")
        self.assertIn("ValueError: seven", self.channel.logged[0][1])


if __name__ == "__main__":
    unittest.main()
