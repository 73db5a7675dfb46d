"""The steps of a job at one site."""

from __future__ import annotations

import os
import platform
import sys
import time
from typing import Any, Callable

from . import calls, late_torch, results, safetensors_file
from .channel import Channel
from .failures import StepFailure, format_traceback, report
from .loading import UserModule
from .logger import Logger
from .nvflare_site import NvflareSite


class Steps:
    """Answers `load`, `initialise`, `validate`, `train`, `save`; the module is imported once for all rounds."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._logger = Logger(channel)
        self._job: dict[str, Any] = {}
        self._module: UserModule | None = None
        self._site: NvflareSite | None = None
        self._device = "cpu"

    def load(self, request: dict[str, Any]) -> dict[str, Any]:
        """Import the user's module and describe it."""
        self._job = request
        self._seed(request)
        module = UserModule.load(request["scripts"], request["model"])
        # In the same order of sums every time.
        late_torch.set_threads(request["threads"])
        self._device = calls.choose_device(request["device"])
        self._module = module
        if request["model"].get("nvflare"):
            self._site = self._nvflare(request)
        executes = self._site is not None and self._site.executor is not None
        return {
            "trains": True,
            "validates": executes or module.validate is not None,
            "classes": module.classes(),
            "functions": module.functions(),
            "versions": _versions(),
        }

    def initialise(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make model 0: of a fresh model, of the warm start, or empty in the older form."""
        started = time.monotonic()
        module = self._loaded()
        self._seed(request)
        path = request.get("checkpoint")
        if self._site is not None and self._site.persistor is not None:
            os.chdir(os.environ["RESONTECH_OUT_DIR"])
            first = self._site.load_model()
            if first is not None:
                self._write(request["result"], first)
                return {"samples": 0, "metrics": {}, "seconds": time.monotonic() - started}
        start = results.load_state_dict_file(path, "checkpoint_unreadable") if path else None
        if module.model_class is None:
            state = start or {}
        else:
            try:
                model = calls.build(module.model_class, self._job["model"]["args"], self._device)
            except BaseException as error:  # noqa: BLE001 - the user's constructor may raise anything
                raise self._failed(error, "train_raised") from error
            if start is not None:
                self._warm_start(model, start, os.path.basename(path))
            state = dict(model.state_dict())
        self._write(request["result"], state)
        return {"samples": 0, "metrics": {}, "seconds": time.monotonic() - started}

    def train(self, request: dict[str, Any]) -> dict[str, Any]:
        """Train one round and write the update."""
        site, path = self._site, request["weights"]
        if site is not None and site.executor is not None:

            def execute() -> Any:
                # Read twice: the executor may write to what it is given. The mappings cost nothing until touched.
                given, base = safetensors_file.read(path, "numpy"), safetensors_file.read(path, "numpy")
                return site.train(request["round"], given, base)

            (weights, samples, metrics), seconds = self._timed(request, execute, "train_raised")
        else:
            result, seconds = self._run(request, self._loaded().train, "train_raised")
            weights = results.weights_of(result, request["outDir"])
            samples, metrics = results.samples_of(result), results.metrics_of(result)
            if site is not None:
                base = safetensors_file.read(path, "numpy")
                weights, samples = site.after(request["round"], weights, samples, base)
        self._write(request["result"], weights)
        return {"samples": samples, "metrics": metrics, "seconds": seconds}

    def validate(self, request: dict[str, Any]) -> dict[str, Any]:
        """Validate a global model."""
        site = self._site
        if site is not None and site.executor is not None:

            def execute() -> Any:
                return site.validate(request["round"], safetensors_file.read(request["weights"], "numpy"))

            (metrics, samples), seconds = self._timed(request, execute, "validate_raised")
            return {"samples": samples, "metrics": metrics, "seconds": seconds}
        function = self._loaded().validate
        if function is None:
            return {"samples": 0, "metrics": {}, "seconds": 0.0}
        result, seconds = self._run(request, function, "validate_raised")
        return {"samples": results.samples_of(result), "metrics": results.metrics_of(result), "seconds": seconds}

    def save(self, request: dict[str, Any]) -> dict[str, Any]:
        """Let the persistor save the last model, and tell whether its file is there."""
        if self._site is None or self._site.persistor is None:
            raise StepFailure("internal", "there is no persistor; load it first")
        folder = os.environ["RESONTECH_OUT_DIR"]
        os.chdir(folder)
        self._seed(request)
        weights = safetensors_file.read(request["weights"], "numpy")
        path = os.path.join(folder, os.environ["RESONTECH_OUT_FILENAME"])
        return {"saved": self._site.save_model(request["round"], weights, path)}

    def finish(self) -> None:
        """Tell NVFlare components that the run ends."""
        if self._site is None:
            return
        try:
            self._site.finish()
        except BaseException as error:  # noqa: BLE001 - the job is done, whatever user code makes of it
            self._channel.log("error", format_traceback(error))

    def _nvflare(self, request: dict[str, Any]) -> NvflareSite:
        os.chdir(os.environ["RESONTECH_OUT_DIR"])
        try:
            site = NvflareSite(request, self._channel, self._logger)
            site.start()
        except BaseException as error:  # noqa: BLE001 - user code may raise anything
            raise self._failed(error, "train_raised") from error
        return site

    def _run(self, request: dict[str, Any], function: Any, otherwise: str) -> tuple[Any, float]:
        return self._timed(
            request,
            lambda: calls.call(function, self._arguments(request), request["outDir"], self._logger),
            otherwise,
        )

    def _timed(self, request: dict[str, Any], work: Callable[[], Any], otherwise: str) -> tuple[Any, float]:
        out_dir = request["outDir"]
        os.makedirs(out_dir, exist_ok=True)
        os.chdir(out_dir)
        self._seed(request)
        started = time.monotonic()
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt of user code included
            raise self._failed(error, otherwise) from error
        return result, time.monotonic() - started

    def _arguments(self, request: dict[str, Any]) -> list[Any]:
        module = self._loaded()
        env = self._env(request)
        corrected = request["op"] == "train" and self._job.get("corrected")
        if module.model_class is None:
            training = self._job["training"]
            env = {
                **env,
                "DEVICE": self._device,
                "local_epochs": training["localEpochs"],
                "batch_size": training["batchSize"],
                "learning_rate": training["learningRate"],
            }
            weights = self._weights(request, results.tensor_kind())
            if corrected:
                env["CORRECTION"] = self._correction(request, weights, results.tensor_kind())
            return [{"dataset": {"data_root": env["DATA_ROOT"]}, "env": env, "initial_weights": weights}]
        model = calls.build(module.model_class, self._job["model"]["args"], self._device)
        weights = self._weights(request, calls.kind_for(model))
        calls.load_weights(model, weights, self._channel)
        if corrected:
            env["CORRECTION"] = self._correction(request, weights, calls.kind_for(model))
        return [model, env]

    @staticmethod
    def _correction(request: dict[str, Any], weights: dict[str, Any], kind: str) -> dict[str, Any]:
        """Return what is added to the gradients, by name; zeros while the server keeps nothing for this site."""
        path = request.get("correction")
        return safetensors_file.read(path, kind) if path else calls.zeros_like_floating(weights)

    def _weights(self, request: dict[str, Any], kind: str) -> dict[str, Any]:
        site = self._site
        task = request["op"]
        if site is None or not site.filters_data(task):
            return safetensors_file.read(request["weights"], kind)
        left = site.before(task, request["round"], safetensors_file.read(request["weights"], "numpy"))
        return calls.as_kind(left, kind)

    def _env(self, request: dict[str, Any]) -> dict[str, Any]:
        training = self._job["training"]
        return {
            # A simulation plays several sites in one process: each call says whose turn it is.
            "SITE_NAME": request.get("site", self._job["site"]),
            "JOB_ID": self._job["jobId"],
            "CURRENT_ROUND": request["round"],
            "DATA_ROOT": request.get("payload", self._job["payload"]),
            "EPOCHS": training["localEpochs"],
            "BATCH_SIZE": training["batchSize"],
            "LR": training["learningRate"],
            "SEED": request["seed"],
            "ASSETS": self._job["assets"],
            **training["extra"],
        }

    def _warm_start(self, model: Any, start: dict[str, Any], name: str) -> None:
        try:
            calls.load_weights(model, start, self._channel)
        except Exception as error:  # noqa: BLE001 - whatever load_state_dict raises
            what = " ".join(str(error).split())[:500]
            raise StepFailure(
                "checkpoint_unreadable",
                f"{name} does not fit the model: {what}; save the state dict of the same class and arguments",
            ) from error

    def _write(self, path: str, state: dict[str, Any]) -> None:
        try:
            safetensors_file.write(path, state)
        except safetensors_file.TensorError as error:
            raise StepFailure("invalid_update", f'{error}; return {{"weights": model.state_dict(), "samples": n}}') from error
        except OSError as error:
            raise self._failed(error, "train_raised") from error

    def _seed(self, request: dict[str, Any]) -> None:
        if self._job["seeded"]:
            calls.seed_everything(request["seed"])

    def _loaded(self) -> UserModule:
        if self._module is None:
            raise StepFailure("internal", "no module is loaded; load it first")
        return self._module

    @staticmethod
    def _failed(error: BaseException, otherwise: str) -> StepFailure:
        found = report(error, otherwise)
        return StepFailure(found["reason"], found["message"], found["detail"], found["loss"])


def _versions() -> list[str]:
    versions = [f"python {platform.python_version()}"]
    for name in ("torch", "numpy", "nvflare"):
        if name in sys.modules:
            versions.append(f"{name} {getattr(sys.modules[name], '__version__', '?')}")
    return versions
