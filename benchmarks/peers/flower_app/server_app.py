"""The server of Flower: its own FedAvg, without evaluation, and the time of each round."""

from collections.abc import Iterable
from typing import Any

from add_one import largest_error, start
from flwr.app import Array, ArrayRecord, Context, Message, MetricRecord
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg
from record import finish, round_ended

app = ServerApp()


class TimedFedAvg(FedAvg):
    def __init__(self, rounds_file: str, clients: int) -> None:
        super().__init__(fraction_evaluate=0.0, min_train_nodes=clients, min_available_nodes=clients)
        self._rounds_file = rounds_file

    def aggregate_train(self, server_round: int, replies: Iterable[Message]) -> tuple[ArrayRecord | None, MetricRecord | None]:
        aggregated = super().aggregate_train(server_round, replies)
        round_ended(self._rounds_file)
        return aggregated


@app.main()
def main(grid: Grid, context: Context) -> None:
    run: dict[str, Any] = dict(context.run_config)
    clients, megabytes, rounds = run["clients"], run["megabytes"], run["rounds"]

    def train() -> float:
        first = ArrayRecord({name: Array(value) for name, value in start(megabytes).items()})
        last = TimedFedAvg(run["rounds-file"], clients).start(grid=grid, initial_arrays=first, num_rounds=rounds).arrays
        return float(largest_error({name: array.numpy() for name, array in last.items()}, megabytes, clients, rounds))

    finish(run["result-file"], train)
