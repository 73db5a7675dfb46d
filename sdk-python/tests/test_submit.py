from __future__ import annotations

import platform
import zipfile
from pathlib import Path

import pytest

from fake_server import API_KEY, CutConnection, FakeServer, Refusal, Seen
from roundelay import (
    ConflictError,
    FederationConfig,
    JobState,
    ModelConfig,
    Roundelay,
    SelectConfig,
    TrainingConfig,
    ValidationError,
)

ROOT = "jobs/digits-1/"


def test_submit_uploads_the_workspace_and_returns_a_thin_handle(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path
) -> None:
    job = client.rt_submit(model_file, " Digits 1!", shards_dir, requirements_txt=["torch"], gpu_models=["cpu"])

    assert (job.id, job.name, job.state) == ("job_1", " Digits 1!", JobState.PENDING)
    assert job.dashboard_url == f"{server.url}/dashboard/jobs/job_1"
    assert not hasattr(job, "wait") and not hasattr(job, "stream")
    assert sorted(server.objects) == [
        f"{ROOT}requirements/requirements.txt",
        f"{ROOT}scripts/model_def.py",
        f"{ROOT}shards/shard_1.zip",
        f"{ROOT}shards/shard_10.zip",
        f"{ROOT}shards/shard_2.zip",
    ]
    assert server.objects[f"{ROOT}requirements/requirements.txt"].content == b"torch\n"
    assert server.objects[f"{ROOT}shards/shard_2.zip"].content == (shards_dir / "shard_2.zip").read_bytes()


def test_submit_sends_the_whole_specification(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path, tmp_path: Path
) -> None:
    start = tmp_path / "start.pt"
    start.write_bytes(b"weights")

    client.rt_submit(
        model_file,
        "digits-1",
        shards_dir,
        training=TrainingConfig(local_epochs=2, batch_size=16, learning_rate=0.1, extra={"MOMENTUM": 0.9}),
        federation=FederationConfig(
            num_rounds=3, min_clients=2, seed=7, sample=0.5, select=SelectConfig("accuracy"), quantization="float16"
        ),
        model_config=ModelConfig(model_args={"width": 8}),
        model_checkpoint=start,
        auto_select_workers=True,
        gpu_models=["rtx_4090", "cpu"],
        max_price_per_gpu_hour=0.35,
        estimated_memory_mb=8000,
        only_mine_workers=True,
    )

    submitted = next(seen for seen in server.seen if seen.route == "POST /api/v1/jobs")
    assert submitted.headers["idempotency-key"]
    assert submitted.json == {
        "name": "digits-1",
        "scripts": f"{ROOT}scripts/",
        "requirements": f"{ROOT}requirements/requirements.txt",
        "shards": f"{ROOT}shards/",
        "checkpoint": f"{ROOT}model/start.pt",
        "model": {
            "module": "model_def",
            "class": "Net",
            "args": {"width": 8},
            "trainFn": "fl_train",
            "validateFn": "fl_validate",
        },
        "training": {"localEpochs": 2, "batchSize": 16, "learningRate": 0.1, "extra": {"MOMENTUM": 0.9}},
        "federation": {
            "rounds": 3,
            "minClients": 2,
            "waitAfterMinSeconds": 10,
            "strategy": {"name": "fed_avg", "args": {}},
            "quantization": "float16",
            "seed": 7,
            "select": {"metric": "accuracy", "mode": "max"},
            "checkpointEvery": 0,
            "onSiteError": "fail",
            "sample": {"fraction": 0.5},
        },
        "selection": {
            "auto": {
                "gpuModels": ["rtx_4090", "cpu"],
                "maxPricePerGpuHourCents": 35,
                "estimatedMemoryMb": 8000,
                "onlyMine": True,
            }
        },
        "priority": 0,
    }


def test_a_second_submit_sends_only_what_has_changed(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path
) -> None:
    client.rt_submit(model_file, "digits-1", shards_dir)
    with zipfile.ZipFile(shards_dir / "shard_2.zip", "w") as archive:
        archive.writestr("data.bin", bytes([9]) * 2500)  # the size stays the same
    (shards_dir / "shard_10.zip").unlink()
    server.completed.clear()

    client.rt_submit(model_file, "digits-1", shards_dir)

    assert server.completed == [f"{ROOT}shards/shard_2.zip"]
    assert server.uploads == {}
    assert f"{ROOT}shards/shard_10.zip" not in server.objects


def test_shards_that_the_published_client_has_stored_are_recognised(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path
) -> None:
    for path in shards_dir.glob("*.zip"):
        server.put(f"{ROOT}shards/{path.name}", path.read_bytes())

    client.rt_submit(model_file, "digits-1", shards_dir)

    assert not any("shards" in key for key in server.completed)


def test_a_submit_whose_answer_was_lost_creates_one_job(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path
) -> None:
    lost = []

    def lose_the_first_answer(seen: Seen) -> None:
        if seen.route == "POST /api/v1/jobs" and not lost:
            lost.append(server._job_route(seen, []))
            raise CutConnection

    server.faults.append(lose_the_first_answer)

    job = client.rt_submit(model_file, "digits-1", shards_dir)

    assert job.id == lost[0]["id"]
    assert len(server.jobs) == 1


def test_extra_modules_lie_beside_model_def_and_other_files_are_assets(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "layers.py").write_text("WIDTH = 8\n")
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "words.txt").write_text("one\n")

    client.rt_submit(model_file, "digits-1", shards_dir, extra_files=[tmp_path / "layers.py", tmp_path / "vocabulary"])

    assert server.objects[f"{ROOT}scripts/layers.py"].content == b"WIDTH = 8\n"
    assert server.objects[f"{ROOT}assets/vocabulary/words.txt"].content == b"one\n"
    assert server.jobs["job_1"]["spec"]["assets"] == f"{ROOT}assets/"


def test_a_dataset_needs_no_shards(client: Roundelay, server: FakeServer, model_file: str) -> None:
    client.rt_submit(model_file, "digits-1", dataset="mri")

    spec = server.jobs["job_1"]["spec"]
    assert spec["dataset"] == "mri" and "shards" not in spec


@pytest.mark.parametrize(
    ("workers", "code"), [(["wrk_1", "wrk_2"], "shard_count_mismatch"), (["wrk_1"] * 3, "duplicate_worker")]
)
def test_workers_that_do_not_fit_are_refused_before_anything_is_sent(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path, workers: list[str], code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        client.rt_submit(model_file, "digits-1", shards_dir, worker_ids=workers)

    assert refused.value.code == code
    assert server.seen == []


def test_a_shard_that_is_no_zip_is_named(client: Roundelay, model_file: str, shards_dir: Path) -> None:
    (shards_dir / "shard_2.zip").write_text("no zip")

    with pytest.raises(ValidationError, match=r"shard_2\.zip\] is no zip"):
        client.rt_submit(model_file, "digits-1", shards_dir)


def test_what_json_cannot_carry_is_refused(client: Roundelay, model_file: str, shards_dir: Path) -> None:
    with pytest.raises(ValidationError, match="only text, numbers"):
        client.rt_submit(model_file, "digits-1", shards_dir, training=TrainingConfig(extra={"LOSS": object()}))


def test_a_price_or_a_model_given_as_a_text_is_refused(client: Roundelay, model_file: str, shards_dir: Path) -> None:
    with pytest.raises(ValidationError, match="write it as a list"):
        client.rt_submit(model_file, "digits-1", shards_dir, gpu_models="cpu")


def test_a_slug_in_use_is_a_conflict_with_the_servers_words(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path
) -> None:
    def refuse(seen: Seen) -> None:
        if seen.route == "POST /api/v1/jobs":
            raise Refusal(409, "slug_in_use", "[jobs/digits-1] job_7 is live", "Choose another name.")

    server.faults.append(refuse)

    with pytest.raises(ConflictError) as refused:
        client.rt_submit(model_file, "digits-1", shards_dir)

    error = refused.value
    assert (error.code, error.status, error.request_id) == ("slug_in_use", 409, "req_1")
    assert "Choose another name." in str(error)


def test_what_the_server_will_refuse_anyway_is_said_before_anything_is_sent(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path
) -> None:
    server.preflight_problems.append({"code": "unknown_strategy", "message": "[strategy] fed_avgg", "hint": "one of fed_avg"})

    with pytest.raises(ValidationError) as refused:
        client.rt_submit(model_file, "digits-1", shards_dir, federation=FederationConfig(strategy="fed_avgg"))

    assert refused.value.code == "unknown_strategy" and refused.value.hint == "one of fed_avg"
    assert server.uploads == {} and server.objects == {}


def test_every_problem_is_told_at_once_with_the_code_of_the_first(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path
) -> None:
    server.preflight_problems += [
        {"code": "slug_in_use", "message": "[name] job_7 has it", "hint": "wait"},
        {"code": "unknown_worker", "message": "[selection.workerIds] wrk_9", "hint": ""},
    ]

    with pytest.raises(ConflictError, match=r"\[name\] job_7 has it\n\[selection.workerIds\] wrk_9") as refused:
        client.rt_submit(model_file, "digits-1", shards_dir)

    assert refused.value.code == "slug_in_use"


def test_a_preflight_tells_names_sizes_and_python_and_sends_nothing(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path, tmp_path: Path
) -> None:
    server.preflight_warnings.append({"code": "no_matching_worker", "message": "[selection] none", "hint": "start one"})
    (tmp_path / "vocabulary.txt").write_text("a b c")

    answer = client.rt_preflight(model_file, "digits-1", shards_dir, extra_files=[tmp_path / "vocabulary.txt"])

    manifest = server.bodies()[0]["manifest"]
    files = {file["key"]: file for file in manifest["files"]}
    assert answer.ok and str(answer) == "warning: [selection] none (no_matching_worker)\n    start one"
    assert files["jobs/digits-1/shards/shard_10.zip"]["unpackedBytes"] == 2500
    assert files["jobs/digits-1/assets/vocabulary.txt"]["sizeBytes"] == 5
    assert manifest["requirements"] == "torch\nnumpy\n"
    assert manifest["python"] == platform.python_version()
    assert server.routes() == ["POST /api/v1/jobs/preflight"]


def test_a_submit_says_what_the_preflight_warned_of(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    server.preflight_warnings.append({"code": "python_differs", "message": "[python] 3.13, 3.11", "hint": ""})
    talkative = Roundelay(server.url, API_KEY, environment={}, profile=tmp_path / "none", show_progress=True)

    with talkative:
        talkative.rt_submit(model_file, "digits-1", shards_dir)

    assert "warning   [python] 3.13, 3.11 (python_differs)" in capsys.readouterr().err


def test_nvflare_classes_are_refused_with_the_way_to_submit_them(
    client: Roundelay, server: FakeServer, model_file: str, shards_dir: Path
) -> None:
    with pytest.raises(ValidationError, match="with the package resontech against the same server"):
        client.rt_submit(model_file, "digits-1", shards_dir, executor=object)

    assert server.seen == []
