from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from fake_server import FakeServer
from roundelay import ConflictError, JobState, NotFoundError, Roundelay

WORKER = {
    "id": "wrk_1",
    "name": "box",
    "ownerId": "usr_1",
    "shared": False,
    "state": "online",
    "slots": 2,
    "freeSlots": 1,
    "device": "cpu",
    "model": "cpu",
    "memoryMb": 8000,
    "freeMemoryMb": 4000,
    "pricePerGpuHourCents": 0,
    "labels": {"room": "b"},
    "datasets": ["mri"],
    "jobs": [],
    "telemetry": None,
    "lastSeenAt": "2026-01-01T00:00:00.123456789Z",
}


def test_get_reads_a_job_once(client: Roundelay, server: FakeServer) -> None:
    server.add_job("digits", state="RUNNING", phase="training", phaseDetail="round 2 of 5", round=1, queuePosition=None)

    job = client.jobs.get("job_1")

    assert job.state is JobState.RUNNING
    assert (job.phase, job.phase_detail, job.round, job.rounds, job.queue_position) == ("training", "round 2 of 5", 1, 5, None)
    assert job.files_out == "jobs/digits/files_out/"
    assert server.routes() == ["GET /api/v1/jobs/job_1"]


def test_a_failed_job_carries_cause_remedy_and_log(client: Roundelay, server: FakeServer) -> None:
    line = {"seq": 9, "time": "2026-01-01T00:00:00.5Z", "site": "site-2", "source": "user", "level": "error", "message": "CUDA"}
    server.add_job(
        "digits",
        state="FAILED",
        failure={
            "reason": "gpu_out_of_memory",
            "category": "resources",
            "retriable": False,
            "message": "[site-2] out of memory",
            "remedy": "raise estimated_memory_mb",
            "helpUrl": "/docs",
            "site": "site-2",
            "logTail": [line],
        },
        warnings=[{"code": "no_metrics", "message": "none", "site": None, "round": 0, "count": 2}],
    )

    job = client.jobs.get("job_1")

    assert job.failure is not None and job.failure.reason == "gpu_out_of_memory"
    assert job.failure.log_tail[0].message == "CUDA"
    assert "remedy: raise estimated_memory_mb" in str(job.failure)
    assert job.warnings[0].count == 2


def test_values_of_a_newer_server_are_tolerated(client: Roundelay, server: FakeServer) -> None:
    server.checks_contract = False
    server.add_job("digits", state="PAUSED", phase="hibernating", futureField={"a": 1})

    job = client.jobs.get("job_1")

    assert job.state.value == "PAUSED" and not job.state.is_terminal
    assert job.phase == "hibernating" and job.raw["futureField"] == {"a": 1}


def test_list_pages_and_iterate_goes_through_all(client: Roundelay, server: FakeServer) -> None:
    for number in range(450):
        server.add_job(f"job {number}", state="FINISHED" if number % 2 else "PENDING")

    page = client.jobs.list(limit=2, offset=1)

    assert [job.name for job in page] == ["job 1", "job 2"]
    assert (page.total, page.limit, page.offset, page.has_more) == (450, 2, 1, True)
    assert len(list(client.jobs.iterate())) == 450
    assert len(list(client.jobs.iterate(state=JobState.FINISHED))) == 225


def test_cancel_asks_the_server_and_says_when_it_is_too_late(client: Roundelay, server: FakeServer) -> None:
    server.add_job("live", state="RUNNING")
    server.add_job("done", state="FINISHED")

    assert client.jobs.cancel("job_1").phase == "stopping"
    with pytest.raises(ConflictError) as refused:
        client.jobs.cancel("job_2")
    assert refused.value.code == "job_ended"


def test_an_unknown_job_is_not_found_and_its_id_cannot_reach_another_route(client: Roundelay, server: FakeServer) -> None:
    with pytest.raises(NotFoundError) as missing:
        client.jobs.get("job_9")
    with pytest.raises(NotFoundError):
        server.checks_contract = False
        client.jobs.get("../workers?x")

    assert missing.value.details == {"shards": 3}
    assert server.routes()[1] == "GET /api/v1/jobs/..%2Fworkers%3Fx"


def test_workers_and_gpu_catalogue_are_read(client: Roundelay, server: FakeServer) -> None:
    server.workers.append(WORKER)
    server.gpus.append({"id": "cpu", "name": "CPU", "memoryMb": 8000, "minPricePerGpuHourCents": 0, "online": 1, "free": 1})

    assert [(worker.id, worker.free_slots, worker.model) for worker in client.workers.list()] == [("wrk_1", 1, "cpu")]
    assert [gpu.id for gpu in client.gpu_catalog()] == ["cpu"]


def test_an_answer_that_was_cut_is_asked_for_again(client: Roundelay, server: FakeServer) -> None:
    server.add_job("digits")
    server.cuts_json = True
    server.cut_downloads_at += [10, 0]

    assert client.jobs.get("job_1").name == "digits"
    assert len(server.seen) == 3


def test_logs_are_read_a_page_after_the_other(client: Roundelay, server: FakeServer) -> None:
    server.add_job("digits", state="RUNNING")
    line = {"seq": 3, "time": "2026-01-01T00:00:00Z", "site": "site-1", "source": "user", "level": "info", "message": "hello"}
    server.answer("GET", "/api/v1/jobs/job_1/logs", {"items": [{**line, "round": 0, "attempt": 1}], "next": 3})

    page = client.jobs.logs("job_1", site="site-1", search="hel", after=2, limit=10)

    assert [one.message for one in page] == ["hello"]
    assert page.next == 3
    assert server.queries()[-1] == {"site": "site-1", "q": "hel", "after": "2", "limit": "10"}


def test_metrics_are_rows_of_a_table(client: Roundelay, server: FakeServer) -> None:
    server.add_job("digits", state="RUNNING")
    point = {
        "name": "loss",
        "scope": "global",
        "site": None,
        "round": 0,
        "step": None,
        "value": 0.5,
        "time": "2026-01-01T00:00:00Z",
    }
    server.answer("GET", "/api/v1/jobs/job_1/metrics", {"items": [point, {**point, "round": 1, "value": 0.25}]})

    rows = [dataclasses.asdict(row) for row in client.jobs.metrics("job_1", ["loss"])]

    assert [(row["name"], row["round"], row["value"]) for row in rows] == [("loss", 0, 0.5), ("loss", 1, 0.25)]
    assert server.queries()[-1] == {"names": "loss", "maxPoints": "10000"}


def test_a_model_is_fetched_whole_in_the_form_that_was_asked_for(client: Roundelay, server: FakeServer, tmp_path: Path) -> None:
    server.add_job("digits", state="RUNNING")
    server.answer("GET", "/api/v1/jobs/job_1/model", b"tensors")

    path = client.jobs.download_model("job_1", tmp_path / "model.safetensors", round=2, format="safetensors")

    assert path.read_bytes() == b"tensors"
    assert list(tmp_path.iterdir()) == [path]
    assert server.queries()[-1] == {"round": "2", "format": "safetensors"}


def test_rounds_are_read_to_the_last_page(client: Roundelay, server: FakeServer) -> None:
    server.add_job("digits", state="RUNNING")
    moment = "2026-01-01T00:00:00Z"
    given = {
        "shard": 0,
        "site": "site-1",
        "workerId": "wrk_1",
        "attempt": 1,
        "startedAt": moment,
        "receivedAt": moment,
        "samples": 7,
        "seconds": 0.5,
        "bytes": 9,
        "metrics": {},
    }
    first = {
        "number": 0,
        "state": "committed",
        "startedAt": moment,
        "closedAt": moment,
        "committedAt": moment,
        "seconds": 1.5,
        "samples": 7,
        "metrics": {"loss": 0.5},
        "contributions": [given],
        "missing": [1],
    }
    server.answer("GET", "/api/v1/jobs/job_1/rounds", {"items": [first], "total": 1, "limit": 200, "offset": 0})

    rounds = client.jobs.rounds("job_1")

    assert [(one.number, one.seconds, one.missing) for one in rounds] == [(0, 1.5, (1,))]
    assert rounds[0].contributions[0].samples == 7


def test_resubmit_sends_only_what_is_different(client: Roundelay, server: FakeServer) -> None:
    server.add_job("digits", state="FINISHED")
    server.answer("POST", "/api/v1/jobs/job_1/resubmit", server.add_job("digits again", state="PENDING"))

    job = client.jobs.resubmit("job_1", from_round="last", rounds=10)

    assert job.state is JobState.PENDING
    assert server.bodies()[-1] == {"fromRound": "last", "rounds": 10}


def test_a_job_is_a_table_in_a_notebook_and_nothing_in_it_is_markup(client: Roundelay, server: FakeServer) -> None:
    server.add_job("<script>alert(1)</script>", state="RUNNING", phaseDetail="round 2 of 5", dashboardUrl="javascript:alert(1)")

    text = client.jobs.get("job_1")._repr_html_()

    assert "<script>" not in text and "javascript:" not in text
    assert "&lt;script&gt;" in text and "round 2 of 5" in text


def test_a_job_is_annotated_and_what_is_left_out_stays(client: Roundelay, server: FakeServer) -> None:
    job = server.add_job("digits")

    client.jobs.annotate(job["id"], note="wider layers")
    annotated = client.jobs.annotate(job["id"], tags=["baseline", "paper"])

    assert (annotated.note, annotated.tags) == ("wider layers", ("baseline", "paper"))
    assert server.bodies() == [{"note": "wider layers"}, {"tags": ["baseline", "paper"]}]


def test_jobs_are_compared_by_their_global_metrics(client: Roundelay, server: FakeServer) -> None:
    point = {"name": "loss", "scope": "global", "site": None, "round": 0, "step": None, "value": 0.5}
    point["time"] = "2026-01-01T00:00:00Z"
    server.answer("GET", "/api/v1/metrics", {"jobs": {"job_1": [point], "job_2": []}})

    found = client.jobs.compare(["job_1", "job_2"], ["loss"])

    assert [point.value for point in found["job_1"]] == [0.5] and found["job_2"] == []
    assert server.queries() == [{"jobs": "job_1,job_2", "names": "loss"}]


def test_the_stack_of_a_site_is_asked_of_who_holds_it_now(client: Roundelay, server: FakeServer) -> None:
    def held(number: int, state: str) -> dict[str, object]:
        return {
            "id": f"asg_{number}",
            "shard": 0,
            "site": "site-1",
            "workerId": "wrk_1",
            "workerName": "w1",
            "attempt": number,
            "state": state,
        }

    items = {"items": [held(1, "lost"), held(2, "ready")], "total": 2, "limit": 200, "offset": 0}
    server.answer("GET", "/api/v1/jobs/job_1/assignments", items)
    server.canned["POST /api/v1/jobs/job_1/assignments/asg_2/stack"] = (202, held(2, "ready"))

    assert client.jobs.show_stack("job_1", "site-1").worker_name == "w1"
    with pytest.raises(NotFoundError, match="nothing runs for it now"):
        client.jobs.show_stack("job_1", "site-2")
