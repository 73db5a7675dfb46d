from __future__ import annotations

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
