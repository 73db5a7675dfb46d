"""Rounds of NVFlare with its defaults: its simulator, or a POC's server and clients as processes.

python nvflare_peer.py simulator|poc --work FOLDER [--clients 2] [--megabytes 4] [--rounds 10] [--seconds 600]
"""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import room

WORKFLOWS = "nvflare.app_common"


def main() -> None:
    work = room.enter(__doc__, ["simulator", "poc"])
    job = write_job(work)
    if work.mode == "simulator":
        simulator(work, job)
    else:
        poc(work, job)


def simulator(work: room.Work, job: Path) -> None:
    clients = str(work.clients)
    arguments = [work.bin("nvflare"), "simulator", str(job), "-w", str(work.folder / "simulator"), "-n", clients, "-t", clients]
    submitted = time.time()
    with ExitStack() as stack:
        process = stack.enter_context(room.started(work, "simulator", arguments))
        memory = stack.enter_context(room.server_memory(process.pid, lambda line: b"simulator_worker" not in line))
        room.await_result(work, process)
    room.report(work, "NVFlare, simulator", submitted, memory, ["nvflare", "numpy"])


def poc(work: room.Work, job: Path) -> None:
    variables = {"NVFLARE_POC_WORKSPACE": str(work.folder / "poc")}
    nvflare = work.bin("nvflare")
    room.run(work, "prepare", [nvflare, "poc", "prepare", "-n", str(work.clients), "--force"], **variables)
    scripts = (work.folder / "poc").glob("*/prod_00/*/startup/sub_start.sh")
    services = {script.parent.parent.name: script for script in scripts}
    with ExitStack() as stack:
        server = stack.enter_context(room.started(work, "server", [str(services.pop("server"))], **variables))
        for name, script in sorted(services.items()):
            stack.enter_context(room.started(work, name, [str(script)], **variables))
        memory = stack.enter_context(room.server_memory(server.pid, lambda _: True))
        status = [nvflare, "system", "status", "--format", "json"]
        room.await_true(
            work, "the clients", lambda: connected(room.printed(work, "status", status, **variables)) == work.clients
        )
        submitted = time.time()
        room.run(work, "submit", [nvflare, "job", "submit", "-j", str(job)], **variables)
        room.await_result(work, server)
    room.report(work, "NVFlare, POC", submitted, memory, ["nvflare", "numpy"])


def connected(printed: str) -> int:
    """Returns how many clients a status names; none if there was no answer yet."""
    return len(json.loads(printed)["data"]["clients"]) if printed else 0


def write_job(work: room.Work) -> Path:
    """Writes a job of NVFlare's own workflow, aggregator and generator, all with their defaults."""
    numbers = {"clients": work.clients, "megabytes": work.megabytes, "rounds": work.rounds}
    files = {"rounds_file": str(work.rounds_file), "result_file": str(work.result_file)}
    server = {
        "format_version": 2,
        "workflows": [part("scatter", f"{WORKFLOWS}.workflows.scatter_and_gather.ScatterAndGather", {
            "min_clients": work.clients, "num_rounds": work.rounds, "aggregator_id": "aggregator",
            "persistor_id": "persistor", "shareable_generator_id": "generator", "train_task_name": "train",
        })],
        "components": [
            part("persistor", "nvflare_parts.RandomStart", numbers | files),
            part("generator", f"{WORKFLOWS}.shareablegenerators.full_model_shareable_generator.FullModelShareableGenerator"),
            part("aggregator", f"{WORKFLOWS}.aggregators.intime_accumulate_model_aggregator.InTimeAccumulateWeightedAggregator",
                 {"expected_data_kind": "WEIGHTS"}),
        ],
    }  # fmt: skip
    client = {"format_version": 2, "executors": [{"tasks": ["train"], "executor": part(None, "nvflare_parts.AddOne")}]}
    job = work.folder / "job"
    config = job / "app" / "config"
    config.mkdir(parents=True)
    # Only what comes with the job may be named in it, beside NVFlare's own.
    (job / "app" / "custom").mkdir()
    shutil.copy(room.HERE / "nvflare_parts.py", job / "app" / "custom")
    (config / "config_fed_server.json").write_text(json.dumps(server, indent=1))
    (config / "config_fed_client.json").write_text(json.dumps(client, indent=1))
    meta = {"name": "add-one", "resource_spec": {}, "min_clients": work.clients, "deploy_map": {"app": ["@ALL"]}}
    (job / "meta.json").write_text(json.dumps(meta))
    return job


def part(name: str | None, path: str, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
    return ({} if name is None else {"id": name}) | {"path": path, "args": arguments or {}}


if __name__ == "__main__":
    main()
