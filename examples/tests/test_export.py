"""`roundelay export` of a finished job, read by TensorBoard's own reader and by MLflow's own client."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Desk, Finished
from mlflow import MlflowClient
from roundelay import MetricPoint
from running import end
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


@pytest.fixture(scope="module")
def points(desk: Desk, digits: Finished) -> list[MetricPoint]:
    return list(desk.client.jobs.metrics(digits.job.id))


def series(points: list[MetricPoint], name: str, site: str | None) -> list[MetricPoint]:
    """The values of a metric by round, as the API gives them."""
    return [point for point in points if (point.name, point.site, point.step) == (name, site, None)]


def test_tensorboard_reads_the_runs_of_a_job(desk: Desk, digits: Finished, points: list[MetricPoint], tmp_path: Path) -> None:
    for _ in range(2):  # a second export takes the place of the first one
        ran = desk.roundelay("export", digits.job.id, "--to", "tensorboard", cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr

    runs = tmp_path / "runs" / f"{digits.job.slug}-{digits.job.id}"
    assert sorted(run.name for run in runs.iterdir()) == ["global", "site-1", "site-2", "site-3"]
    for site in (None, "site-2"):
        reader = EventAccumulator(str(runs / (site or "global"))).Reload()
        for name in ("accuracy", "train_loss"):
            expected = series(points, name, site)
            read = reader.Scalars(name)
            assert [event.step for event in read] == [point.round for point in expected] == [0, 1, 2, 3]
            assert [event.value for event in read] == pytest.approx([point.value for point in expected], rel=1e-6)
            times = [point.time.timestamp() for point in expected]
            assert [event.wall_time for event in read] == pytest.approx(times, abs=1e-4)


def test_live_metrics_of_all_rounds_are_one_curve(
    desk: Desk, digits: Finished, points: list[MetricPoint], tmp_path: Path
) -> None:
    desk.roundelay("export", digits.job.id, "--to", "tensorboard", "--out", str(tmp_path), cwd=tmp_path)
    live = [point for point in points if (point.name, point.site) == ("loss", "site-1") and point.step is not None]

    read = EventAccumulator(str(tmp_path / "site-1")).Reload().Scalars("live/loss")

    # The code counts its steps anew in each round.
    a_round = max(point.step for point in live)
    assert [event.step for event in read] == [point.round * a_round + point.step for point in live]
    assert [event.value for event in read] == pytest.approx([point.value for point in live], rel=1e-6)


def test_tensorboard_shows_the_settings_as_text(desk: Desk, digits: Finished, tmp_path: Path) -> None:
    desk.roundelay("export", digits.job.id, "--to", "tensorboard", "--out", str(tmp_path), cwd=tmp_path)
    reader = EventAccumulator(str(tmp_path / "global")).Reload()

    (text,) = reader.Tensors("job/text_summary")

    assert reader.SummaryMetadata("job/text_summary").plugin_data.plugin_name == "text"
    shown = text.tensor_proto.string_val[0].decode()
    assert f"| job | {digits.job.id} |" in shown and "| learning_rate | 0.05 |" in shown


@pytest.fixture(scope="module")
def tracking_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A tracking server of MLflow over SQLite: its own web application without the processes that `mlflow server` adds."""
    folder = tmp_path_factory.mktemp("mlflow")
    store = {"_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder}/mlflow.db", "_MLFLOW_SERVER_ARTIFACT_ROOT": str(folder)}
    log = folder / "server.log"
    command = [sys.executable, "-m", "flask", "--app", "mlflow.server:app", "run", "--port", "0"]
    with log.open("w") as sink:
        server = subprocess.Popen(command, env={**os.environ, **store}, stdout=sink, stderr=sink, text=True)
    try:
        deadline = time.monotonic() + 90
        while not (found := re.search(r"Running on (http://127\.0\.0\.1:\d+)", log.read_text())):
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield found[1]
    finally:
        end(server)


def test_mlflow_has_a_run_for_the_job_and_one_for_each_site(
    desk: Desk, digits: Finished, points: list[MetricPoint], tracking_server: str, tmp_path: Path
) -> None:
    for _ in range(2):  # a second export finds the runs of the first one and adds nothing twice
        ran = desk.roundelay("export", digits.job.id, "--to", "mlflow", "--uri", tracking_server, cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr

    client = MlflowClient(tracking_server)
    experiment = client.get_experiment_by_name("roundelay")
    runs = {run.data.tags["roundelay.run"]: run for run in client.search_runs([experiment.experiment_id])}
    assert sorted(runs) == ["global", "site-1", "site-2", "site-3"]
    whole = runs["global"]
    assert (whole.info.run_name, whole.info.status) == (digits.job.name, "FINISHED")
    assert (whole.data.params["learning_rate"], whole.data.params["rounds"]) == ("0.05", "4")
    assert runs["site-1"].data.tags["mlflow.parentRunId"] == whole.info.run_id
    for site, run in runs.items():
        expected = series(points, "train_loss", None if site == "global" else site)
        kept = client.get_metric_history(run.info.run_id, "train_loss")
        assert [(one.step, one.value) for one in kept] == [(point.round, point.value) for point in expected]
        assert [one.timestamp for one in kept] == [int(point.time.timestamp() * 1000) for point in expected]


def test_without_a_tracking_server_the_way_out_is_said(desk: Desk, digits: Finished, tmp_path: Path) -> None:
    nowhere = desk.roundelay("export", digits.job.id, "--to", "mlflow", "--uri", "http://127.0.0.1:9", cwd=tmp_path)
    unsaid = desk.roundelay("export", digits.job.id, "--to", "mlflow", cwd=tmp_path)

    assert nowhere.returncode == 3 and "is the MLflow server running" in nowhere.stderr
    assert unsaid.returncode == 2 and "[--uri] is missing" in unsaid.stderr
