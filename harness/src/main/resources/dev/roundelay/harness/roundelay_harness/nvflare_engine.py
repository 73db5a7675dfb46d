"""What NVFlare components are given besides their task: an engine, contexts, events, a workspace folder."""

from __future__ import annotations

import importlib
import inspect
import os
import tempfile
from typing import Any

from .failures import StepFailure, report
from .loading import import_failure
from .logger import Logger

SERVER = "server"


class Engine:
    """The part of NVFlare's engine that a component can use at one site: events, components, contexts, a workspace.

    Attributes
    ----------
    panic : str or None
        What a component gave to `system_panic`.
    """

    def __init__(self, job: dict[str, Any], logger: Logger) -> None:
        from nvflare.apis.fl_constant import FLContextKey
        from nvflare.apis.fl_context import FLContextManager
        from nvflare.apis.workspace import Workspace

        root = tempfile.mkdtemp(prefix="nvflare-")
        for name in ("startup", "local"):
            os.makedirs(os.path.join(root, name))
        self._job = job
        self._logger = logger
        self._workspace = Workspace(root, job["site"])
        app = os.path.join(root, job["jobId"], f"app_{job['site']}")
        os.makedirs(app)
        self._manager = FLContextManager(
            engine=self,
            identity_name=job["site"],
            job_id=job["jobId"],
            public_stickers={},
            private_stickers={
                FLContextKey.WORKSPACE_ROOT: root,
                FLContextKey.WORKSPACE_OBJECT: self._workspace,
                FLContextKey.APP_ROOT: app,
            },
        )
        self.components: dict[str, Any] = {}
        self.panic: str | None = None

    def new_context(self) -> Any:
        """Return a context with what is the same for the whole job."""
        from nvflare.apis.fl_context import FLContext

        context = self._manager.new_context()
        peer = FLContext()
        peer.put("__identity_name__", SERVER, private=False, sticky=False)
        peer.put("__run_num__", self._job["jobId"], private=False, sticky=False)
        context.set_peer_context(peer)
        return context

    def get_component(self, component_id: str) -> Any:
        """Return a component of the job by `executor`, `persistor` or the number of a filter."""
        return self.components.get(component_id)

    def get_all_components(self) -> dict[str, Any]:
        """Return the components of the job."""
        return dict(self.components)

    def get_workspace(self) -> Any:
        """Return a workspace whose folders are writable and go with the job."""
        return self._workspace

    def get_widget(self, widget_id: str) -> None:
        """Return None: there are no widgets."""

    def build_component(self, config: dict[str, Any]) -> Any:
        """Return an instance of the class that an object with `path` and `args` names."""
        return build(config, object, "component")

    def register_aux_message_handler(self, topic: str, message_handle_func: Any) -> None:
        """Do nothing: no message ever comes."""

    def fire_event(self, event_type: str, fl_ctx: Any) -> None:
        """Tell every component of an event; numbers that are logged as analytics become live metrics."""
        from nvflare.apis.event_type import EventType
        from nvflare.apis.fl_constant import FLContextKey
        from nvflare.private.event import fire_event

        if event_type == EventType.FATAL_SYSTEM_ERROR and self.panic is None:
            self.panic = str(fl_ctx.get_prop(FLContextKey.EVENT_DATA))
        if event_type.endswith("analytix_log_stats"):
            self._metrics(fl_ctx.get_prop(FLContextKey.EVENT_DATA))
        fire_event(event_type, list(self.components.values()), fl_ctx)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"engine.{name} is not offered here: a site talks to nobody but its own worker")

    def _metrics(self, event_data: Any) -> None:
        from nvflare.apis.dxo import from_shareable

        try:
            data = from_shareable(event_data).data
            name, value, step = data.get("track_key"), data.get("track_value"), data.get("global_step")
        except Exception:  # noqa: BLE001 - whatever the event carries, it must not end the training
            return
        values = value if isinstance(value, dict) else {"": value}
        for part, number in values.items():
            if isinstance(number, (int, float)):
                self._logger.metric(f"{name}/{part}" if part else str(name), number, step)


def build(config: dict[str, Any], kind: type, what: str, offered: dict[str, Any] | None = None) -> Any:
    """Return an instance of the class that a configuration names.

    Parameters
    ----------
    config : dict
        `path` (module and class) and `args`; an argument of the same form is built first.
    kind : type
        What the class has to be.
    what : str
        The component's name in messages.
    offered : dict, optional
        Further arguments, for a constructor that names them.

    Raises
    ------
    StepFailure
        entrypoint_missing, or how import or constructor failed.
    """
    path = str(config.get("path") or "")
    module_name, _, class_name = path.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except BaseException as error:  # noqa: BLE001 - whatever the import raises is the user's
        raise import_failure(error, module_name or path) from error
    found = getattr(module, class_name, None)
    if not inspect.isclass(found):
        own = [name for name, value in vars(module).items() if getattr(value, "__module__", "") == module_name]
        there = ", ".join(name for name in own if inspect.isclass(getattr(module, name))) or "none"
        raise StepFailure(
            "entrypoint_missing", f"{module_name} has no class {class_name}; name one of those that are there: {there[:500]}"
        )
    if not issubclass(found, kind):
        raise StepFailure("entrypoint_missing", f"class {path} is no {kind.__name__} of nvflare; derive the {what} from it")
    args = {key: _argument(value, what) for key, value in (config.get("args") or {}).items()}
    for name, value in (offered or {}).items():
        if name in inspect.signature(found).parameters:
            args.setdefault(name, value)
    try:
        return found(**args)
    except BaseException as error:  # noqa: BLE001 - the user's constructor may raise anything
        told = report(error, "train_raised")
        raise StepFailure(told["reason"], f"{class_name}({', '.join(args)}): {told['message']}", told["detail"]) from error


def _argument(value: Any, what: str) -> Any:
    if isinstance(value, dict) and isinstance(value.get("path"), str) and value.get("config_type", "component") == "component":
        if "." in value["path"] and set(value) <= {"path", "args", "id", "name", "config_type"}:
            return build(value, object, what)
    return value
