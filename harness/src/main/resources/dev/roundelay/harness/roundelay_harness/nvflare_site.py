"""Runs NVFlare executors, persistors and filters over the real `nvflare` package of the job's environment."""

from __future__ import annotations

import fnmatch
import os
import sys
from typing import Any

from . import results
from .channel import Channel
from .failures import StepFailure, report
from .logger import Logger
from .nvflare_engine import Engine, build
from .nvflare_log import RootHandler


class NvflareSite:
    """The NVFlare components of a job at one site. Weights go in and out as numpy arrays, as in NVFlare.

    Attributes
    ----------
    executor, persistor : object or None
        Instances of the user's classes.
    """

    def __init__(self, job: dict[str, Any], channel: Channel, logger: Logger) -> None:
        self._channel = channel
        self._job = job
        self._log = RootHandler(channel).install()
        code = job["model"]["nvflare"]
        _require_nvflare()
        from nvflare.apis.executor import Executor
        from nvflare.apis.filter import Filter
        from nvflare.apis.signal import Signal
        from nvflare.app_common.abstract.model_persistor import ModelPersistor

        self._engine = Engine(job, logger)
        self._abort = Signal()
        self.executor = self._component("executor", code.get("executor"), Executor)
        self.persistor = self._component("persistor", code.get("persistor"), ModelPersistor)
        self._data_filters = self._filters("data_filter", code.get("dataFilters"), Filter)
        self._result_filters = self._filters("result_filter", code.get("resultFilters"), Filter)
        self._validates = self.executor is not None
        self._loaded = False
        self._samples = 0

    def start(self) -> None:
        """Fire START_RUN.

        Raises
        ------
        StepFailure
            If a component raises or panics: it is not ready then.
        """
        from nvflare.apis.event_type import EventType
        from nvflare.apis.fl_constant import FLContextKey

        context = self._engine.new_context()
        self._engine.fire_event(EventType.START_RUN, context)
        for name, error in (context.get_prop(FLContextKey.EXCEPTIONS) or {}).items():
            told = report(error, "train_raised")
            raise StepFailure(told["reason"], f"{name} at START_RUN: {told['message']}", told["detail"]) from error
        self._require_calm()

    def finish(self) -> None:
        """Fire END_RUN; what goes wrong there stands in the log."""
        from nvflare.apis.event_type import EventType

        self._engine.fire_event(EventType.END_RUN, self._engine.new_context())

    def train(self, number: int, weights: dict[str, Any], base: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, float]]:
        """Let the executor train one round.

        Parameters
        ----------
        number : int
            The round.
        weights, base : dict
            The global weights: those that the executor may write to, and the same again.

        Returns
        -------
        tuple
            The whole update with the dtypes of the global weights, samples, metrics.
        """
        dxo = self._execute("train", number, weights)
        return self._update(dxo, base), self._samples_of(dxo), _metrics(dxo)

    def validate(self, number: int, weights: dict[str, Any]) -> tuple[dict[str, float], int]:
        """Let the executor validate; one that cannot is not asked again, and the job goes on."""
        from nvflare.apis.dxo import DataKind

        if not self._validates:
            return {}, 0
        try:
            dxo = self._execute("validate", number, weights)
            if dxo.data_kind == DataKind.METRICS:
                return results.metrics_of({"metrics": dxo.data}), self._samples_of(dxo, self._samples)
            why = f"it answered with {_kind(dxo)} instead of METRICS"
        except StepFailure as failure:
            why = failure.report["message"]
        self._validates = False
        self._channel.log("info", f"[validate] {self._name()} does not validate, and is not asked again: {why}")
        return {}, 0

    def filters_data(self, task: str) -> bool:
        """Tell whether a data filter runs before a task."""
        return bool(self._of(self._data_filters, task))

    def before(self, task: str, number: int, weights: dict[str, Any]) -> dict[str, Any]:
        """Return the weights that a function of the user's own gets: those that the data filters leave."""
        context, shareable = self._task(task, number, weights)
        return _dxo(self._filtered(self._data_filters, task, shareable, context)).data

    def after(self, number: int, state: dict[str, Any], samples: int, base: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Return update and samples that the result filters make of what the user's own function returned."""
        from nvflare.apis.dxo import DXO, DataKind, MetaKey

        if not self._of(self._result_filters, "train"):
            return state, samples
        data = {name: _array(name, value) for name, value in state.items()}
        given = DXO(DataKind.WEIGHTS, data=data, meta={MetaKey.NUM_STEPS_CURRENT_ROUND: samples})
        context, _ = self._task("train", number, {})
        dxo = _dxo(self._filtered(self._result_filters, "train", given.to_shareable(), context))
        return self._update(dxo, base), self._samples_of(dxo)

    def load_model(self) -> dict[str, Any] | None:
        """Return the first weights of the persistor, None if it gives none.

        Raises
        ------
        StepFailure
            train_raised or invalid_update, naming `load_model`.
        """
        from nvflare.app_common.abstract.model import ModelLearnable, ModelLearnableKey
        from nvflare.app_common.app_constant import AppConstants

        context = self._engine.new_context()
        context.set_prop(AppConstants.START_ROUND, 0, private=True, sticky=False)
        context.set_prop(AppConstants.NUM_ROUNDS, self._job["rounds"], private=True, sticky=False)
        try:
            learnable = self.persistor.load(context)
        except BaseException as error:  # noqa: BLE001 - user code may raise anything
            told = report(error, "train_raised")
            raise StepFailure(told["reason"], f"load_model: {told['message']}", told["detail"]) from error
        self._require_calm()
        self._loaded = True
        if learnable is not None and not isinstance(learnable, ModelLearnable):
            raise StepFailure(
                "invalid_update",
                f"load_model returned {type(learnable).__name__}; return make_model_learnable(weights, meta_props)",
            )
        weights = (learnable or {}).get(ModelLearnableKey.WEIGHTS) or {}
        return {name: _array(name, value) for name, value in weights.items()} or None

    def save_model(self, number: int, weights: dict[str, Any], path: str) -> bool:
        """Let the persistor save the last weights, and tell whether the file is there.

        A persistor that fails ends nothing: the weights are kept as `checkpoint.pt` in any case.
        """
        from nvflare.app_common.abstract.model import make_model_learnable
        from nvflare.app_common.app_constant import AppConstants

        try:
            if not self._loaded:
                self.load_model()  # NVFlare loads before it saves; this process may not be the one that loaded
            context = self._engine.new_context()
            learnable = make_model_learnable(weights, {})
            for key, value in ((AppConstants.CURRENT_ROUND, number - 1), (AppConstants.NUM_ROUNDS, self._job["rounds"])):
                context.set_prop(key, value, private=True, sticky=False)
            context.set_prop(AppConstants.GLOBAL_MODEL, learnable, private=True, sticky=False)
            self.persistor.save(learnable, context)
            self._require_calm()
        except BaseException as error:  # noqa: BLE001 - user code may raise anything
            told = report(error, "train_raised")
            self._channel.log("error", told["detail"] or told["message"])
            self._channel.warn("model_not_saved", f"save_model: {told['message']}; the weights are in checkpoint.pt")
            return False
        if os.path.isfile(path):
            return True
        self._channel.warn(
            "model_not_saved",
            "save_model wrote no $RESONTECH_OUT_DIR/$RESONTECH_OUT_FILENAME; the weights are in checkpoint.pt",
        )
        return False

    def _component(self, name: str, config: dict[str, Any] | None, kind: type) -> Any:
        if config is None:
            return None
        args = dict(config.get("args") or {})
        if args.get("data_root") == "/app/payload":
            args["data_root"] = self._job["payload"]  # the same, but where there is no sandbox
        # Executors made after the published client's own write to `<data_root>/<out_dir_name>/round_<n>`: the shard
        # is read-only, and the folders of the rounds lie elsewhere.
        offered = {"out_dir_name": os.environ["RESONTECH_OUT_DIR"]}
        made = build({"path": config["path"], "args": args}, kind, name, offered)
        self._engine.components[name] = made
        return made

    def _filters(self, name: str, configs: list[dict[str, Any]] | None, kind: type) -> list[tuple[list[str], Any]]:
        return [
            (config.get("tasks") or ["train"], self._component(f"{name}_{number}", config, kind))
            for number, config in enumerate(configs or [])
        ]

    def _execute(self, task: str, number: int, weights: dict[str, Any]) -> Any:
        context, shareable = self._task(task, number, weights)
        shareable = self._filtered(self._data_filters, task, shareable, context)
        self._log.last_error = ""
        reply = self.executor.execute(task, shareable, context, self._abort)
        self._require_calm()
        self._require_ok(reply, task)
        return _dxo(self._filtered(self._result_filters, task, reply, context))

    def _task(self, task: str, number: int, weights: dict[str, Any]) -> tuple[Any, Any]:
        from nvflare.apis.dxo import DXO, DataKind
        from nvflare.apis.fl_constant import FLContextKey
        from nvflare.apis.shareable import ReservedHeaderKey
        from nvflare.app_common.app_constant import AppConstants

        shareable = DXO(DataKind.WEIGHTS, data=weights).to_shareable()
        context = self._engine.new_context()
        identity = f"{task}-{number}"
        for key, value in (
            (AppConstants.CURRENT_ROUND, number),
            (AppConstants.NUM_ROUNDS, self._job["rounds"]),
            (ReservedHeaderKey.TASK_NAME, task),
            (ReservedHeaderKey.TASK_ID, identity),
        ):
            shareable.set_header(key, value)
        shareable.add_cookie(AppConstants.CONTRIBUTION_ROUND, number)
        if task == "validate":
            shareable.set_header(AppConstants.MODEL_OWNER, "server")
            shareable.set_header(AppConstants.VALIDATE_TYPE, "_model_validate_")
        shareable.set_peer_props(context.get_peer_context().get_all_public_props())
        for key, value in (
            (FLContextKey.TASK_NAME, task),
            (FLContextKey.TASK_ID, identity),
            (FLContextKey.TASK_DATA, shareable),
            (AppConstants.CURRENT_ROUND, number),
            (AppConstants.NUM_ROUNDS, self._job["rounds"]),
        ):
            context.set_prop(key, value, private=True, sticky=False)
        return context, shareable

    def _filtered(self, filters: list[tuple[list[str], Any]], task: str, shareable: Any, context: Any) -> Any:
        from nvflare.apis.shareable import Shareable

        for one in self._of(filters, task):
            made = one.process(shareable, context)
            if not isinstance(made, Shareable):
                raise StepFailure(
                    "invalid_update", f"filter {type(one).__name__} returned {type(made).__name__}; return the Shareable"
                )
            shareable = made
        self._require_calm()
        return shareable

    @staticmethod
    def _of(filters: list[tuple[list[str], Any]], task: str) -> list[Any]:
        return [one for tasks, one in filters if any(fnmatch.fnmatchcase(task, pattern) for pattern in tasks)]

    def _update(self, dxo: Any, base: dict[str, Any]) -> dict[str, Any]:
        from nvflare.apis.dxo import DataKind

        if dxo.data_kind not in (DataKind.WEIGHTS, DataKind.WEIGHT_DIFF):
            raise StepFailure(
                "invalid_update", f"{self._name()} answered with a DXO of kind {_kind(dxo)}; answer with WEIGHTS or WEIGHT_DIFF"
            )
        state = {name: _array(name, value) for name, value in dxo.data.items()}
        if dxo.data_kind == DataKind.WEIGHT_DIFF:
            strange = [name for name in state if name not in base]
            if strange:
                raise StepFailure("invalid_update", f"WEIGHT_DIFF has {strange[0]!r}, which the global weights have not")
            state = {name: base[name] + value for name, value in state.items()}
        if not state:
            raise StepFailure("invalid_update", f"{self._name()} answered with no weights; answer with those that it trained")
        return {name: _as_in(base, name, value) for name, value in state.items()}

    def _samples_of(self, dxo: Any, otherwise: int = 1) -> int:
        from nvflare.apis.dxo import MetaKey

        # One where nothing is said, as in NVFlare's aggregator: every site weighs the same then.
        said = dxo.get_meta_prop(MetaKey.NUM_STEPS_CURRENT_ROUND)
        samples = otherwise if said is None else results.samples_of({"samples": said})
        self._samples = samples
        return samples

    def _require_ok(self, reply: Any, task: str) -> None:
        from nvflare.apis.fl_constant import ReturnCode
        from nvflare.apis.shareable import Shareable

        if not isinstance(reply, Shareable):
            raise StepFailure(
                "invalid_update", f"{self._name()}.execute({task!r}) returned {type(reply).__name__}; return a Shareable"
            )
        code = reply.get_return_code(ReturnCode.OK)
        if code and code != ReturnCode.OK:
            error = f" ({self._log.last_error})" if self._log.last_error else ""
            raise StepFailure(
                "validate_raised" if task == "validate" else "train_raised",
                f"{self._name()}.execute({task!r}) answered {code}{error}; read what it logged and mend the executor",
            )

    def _require_calm(self) -> None:
        panic, self._engine.panic = self._engine.panic, None
        if panic is not None:
            raise StepFailure("train_raised", f"system_panic: {panic}; read what it logged and mend the component")

    def _name(self) -> str:
        return type(self.executor).__name__ if self.executor is not None else "the filters"


def _require_nvflare() -> None:
    try:
        import nvflare  # noqa: F401
    except ImportError as error:
        raise StepFailure(
            "model_def_broken", f"nvflare cannot be imported: {error}; add nvflare to the requirements"
        ) from error


def _dxo(shareable: Any) -> Any:
    from nvflare.apis.dxo import from_shareable

    try:
        return from_shareable(shareable)
    except ValueError as error:
        raise StepFailure("invalid_update", f"{error}; answer with DXO(...).to_shareable()") from error


def _kind(dxo: Any) -> str:
    return str(getattr(dxo.data_kind, "value", dxo.data_kind))


def _metrics(dxo: Any) -> dict[str, float]:
    from nvflare.apis.dxo import MetaKey

    said = dxo.get_meta_prop(MetaKey.INITIAL_METRICS)
    return results.metrics_of({"metrics": said if isinstance(said, dict) else {MetaKey.INITIAL_METRICS: said}})


def _array(name: str, value: Any) -> Any:
    import numpy

    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        if value.dtype == torch.bfloat16:
            raise StepFailure("invalid_update", f"tensor {name} is bfloat16, which NVFlare code cannot pass on; use float32")
        return value.detach().cpu().numpy()
    array = numpy.asarray(value)
    if array.dtype.kind not in "fiub":
        raise StepFailure("invalid_update", f"tensor {name} is {type(value).__name__}, expected an array of numbers")
    return array


def _as_in(base: dict[str, Any], name: str, value: Any) -> Any:
    wanted = base.get(name)
    if wanted is None or value.dtype == wanted.dtype:
        return value
    try:
        return value.astype(wanted.dtype, casting="same_kind")
    except TypeError as error:
        raise StepFailure("invalid_update", f"tensor {name} is {value.dtype}, expected {wanted.dtype}") from error
