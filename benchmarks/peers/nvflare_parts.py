"""What NVFlare is given for the benchmark: the executor that adds one, and the persistor that notes the time of each round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
from add_one import largest_error, start, trained
from nvflare.apis.dxo import DXO, DataKind, MetaKey, from_shareable
from nvflare.apis.event_type import EventType
from nvflare.apis.executor import Executor
from nvflare.apis.fl_context import FLContext
from nvflare.apis.shareable import Shareable
from nvflare.apis.signal import Signal
from nvflare.app_common.abstract.model import ModelLearnable, ModelLearnableKey, make_model_learnable
from nvflare.app_common.abstract.model_persistor import ModelPersistor
from nvflare.app_common.app_event_type import AppEventType
from record import finish, round_ended


class AddOne(Executor):
    def execute(self, task_name: str, shareable: Shareable, fl_ctx: FLContext, abort_signal: Signal) -> Shareable:
        site = int(fl_ctx.get_identity_name().rsplit("-", 1)[1]) - 1
        update = trained(from_shareable(shareable).data, site)
        return DXO(DataKind.WEIGHTS, update, {MetaKey.NUM_STEPS_CURRENT_ROUND: 1}).to_shareable()


class RandomStart(ModelPersistor):
    """Saves each round's model, as NVFlare's own persistor of numpy arrays does, which knows one array only."""

    def __init__(self, clients: int, megabytes: int, rounds: int, rounds_file: str, result_file: str) -> None:
        super().__init__()
        self._clients, self._megabytes, self._rounds = clients, megabytes, rounds
        self._rounds_file, self._result_file = rounds_file, result_file
        self._last: dict[str, Any] = {}

    def load_model(self, fl_ctx: FLContext) -> ModelLearnable:
        return make_model_learnable(start(self._megabytes), {})

    def save_model(self, model: ModelLearnable, fl_ctx: FLContext) -> None:
        self._last = model[ModelLearnableKey.WEIGHTS]
        folder = Path(fl_ctx.get_workspace().get_result_root(fl_ctx.get_job_id()))
        folder.mkdir(parents=True, exist_ok=True)
        numpy.savez(folder / "server.npz", **self._last)

    def handle_event(self, event_type: str, fl_ctx: FLContext) -> None:
        super().handle_event(event_type, fl_ctx)
        if event_type == AppEventType.ROUND_DONE:
            round_ended(self._rounds_file)
        elif event_type == EventType.END_RUN:
            finish(self._result_file, lambda: largest_error(self._last, self._megabytes, self._clients, self._rounds))
