"""An NVFlare executor of a user's own. A client without nvflare can import it, too."""

import os

try:
    from nvflare.apis.dxo import DXO, DataKind, MetaKey, from_shareable
    from nvflare.apis.event_type import EventType
    from nvflare.apis.executor import Executor
    from nvflare.apis.fl_constant import ReturnCode
    from nvflare.apis.shareable import make_reply
    from nvflare.app_common.app_constant import AppConstants
except ImportError:
    Executor = object


class LineExecutor(Executor):
    def __init__(self, data_root, local_epochs, learning_rate, answer="WEIGHT_DIFF", out_dir_name="runs", **other):
        super().__init__()
        self.data_root, self.epochs, self.rate, self.answer = data_root, local_epochs, learning_rate, answer
        self.out_root = os.path.join(data_root, out_dir_name)

    def handle_event(self, event_type, fl_ctx):
        if event_type == EventType.START_RUN:
            self.log_info(fl_ctx, f"begins with {sorted(os.listdir(self.data_root))}")
        elif event_type == EventType.END_RUN:
            self.log_info(fl_ctx, "ends")

    def execute(self, task_name, shareable, fl_ctx, abort_signal):
        import model_def

        weights = from_shareable(shareable).data
        if task_name == "validate":
            return DXO(DataKind.METRICS, data={"mse": model_def.mse(weights, self.data_root)}).to_shareable()
        if task_name != "train":
            return make_reply(ReturnCode.TASK_UNKNOWN)
        number, total = shareable.get_header(AppConstants.CURRENT_ROUND), shareable.get_header(AppConstants.NUM_ROUNDS)
        self.log_info(fl_ctx, f"{fl_ctx.get_identity_name()} trains round {number} of {total}")
        if self.answer == "refuse":
            self.log_error(fl_ctx, "the third column is missing")
            return make_reply(ReturnCode.EXECUTION_EXCEPTION)
        state, rows = model_def.trained(weights, self.data_root, self.epochs, self.rate)
        folder = os.path.join(self.out_root, f"round_{number}")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "rows.txt"), "w") as file:
            file.write(str(rows))
        if self.answer == DataKind.WEIGHT_DIFF:
            state = {name: value - weights[name] for name, value in state.items()}
        for value in weights.values():
            value[...] = 99  # what was given is the executor's to spoil
        return DXO(self.answer, data=state, meta={MetaKey.NUM_STEPS_CURRENT_ROUND: rows}).to_shareable()
