"""Rounds of Flower with its defaults: a SuperLink and SuperNodes as processes, or the simulation of its SuperLink.

python flower_peer.py deployment|simulation --work FOLDER [--clients 2] [--megabytes 4] [--rounds 10] [--seconds 600]
"""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack

import room

ADDRESS = "127.0.0.1:8000"
# No telemetry and no update check; nothing is installed, for the app needs nothing.
QUIET = {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1", "RAY_USAGE_STATS_ENABLED": "0"}
# Ray's own processes and its actors are the clients' side.
CLIENTS_SIDE = (b"ray::", b"/ray/", b"ray.")


def main() -> None:
    work = room.enter(__doc__, ["deployment", "simulation"])
    variables = QUIET | {"FLWR_HOME": str(work.folder / "flwr")}
    config = work.folder / "flwr" / "config.toml"
    config.parent.mkdir()
    config.write_text(f'[superlink]\ndefault = "bench"\n\n[superlink.bench]\naddress = "{ADDRESS}"\ninsecure = true\n')

    with ExitStack() as stack:
        is_simulation = work.mode == "simulation"
        link = stack.enter_context(room.started(work, "superlink", superlink(work, is_simulation), **variables))
        room.await_true(work, "the SuperLink", lambda: link.poll() is not None or is_ready())
        memory = stack.enter_context(room.server_memory(link.pid, lambda line: not any(part in line for part in CLIENTS_SIDE)))
        nodes: list[subprocess.Popen[bytes]] = []
        if not is_simulation:
            for client in range(work.clients):
                arguments = supernode(work, client)
                nodes.append(stack.enter_context(room.started(work, f"supernode-{client}", arguments, **variables)))
            listing = [work.bin("flwr"), "supernode", "list", "bench", "--format", "json"]
            room.await_true(
                work, "the SuperNodes", lambda: online(room.run(work, "list", listing, **variables)) == work.clients
            )
        submitted = time.time()
        room.run(work, "run", submit(work, is_simulation), **variables)
        room.await_result(work, link, *nodes)
    room.report(work, f"Flower, {work.mode}", submitted, memory, ["flwr", "numpy"] + (["ray"] if is_simulation else []))


def superlink(work: room.Work, is_simulation: bool) -> list[str]:
    host, port = ADDRESS.split(":")
    arguments = [work.bin("flower-superlink"), "--insecure", "--host", host, "--port", port]
    arguments += ["--disable-runtime-dependency-installation"]
    return [*arguments, "--simulation"] if is_simulation else arguments


def supernode(work: room.Work, client: int) -> list[str]:
    arguments = [work.bin("flower-supernode"), "--insecure", "--superlink", ADDRESS, "--port", str(9100 + client)]
    return [*arguments, "--node-config", f"partition-id={client} num-partitions={work.clients}"]


def submit(work: room.Work, is_simulation: bool) -> list[str]:
    numbers = f"clients={work.clients} megabytes={work.megabytes} rounds={work.rounds}"
    files = f'rounds-file="{work.rounds_file}" result-file="{work.result_file}"'
    arguments = [work.bin("flwr"), "run", str(room.HERE / "flower_app"), "bench", "--run-config", f"{numbers} {files}"]
    return [*arguments, "--federation-config", f"num-supernodes={work.clients}"] if is_simulation else arguments


def is_ready() -> bool:
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False


def online(printed: str) -> int:
    return sum(one.get("status") == "online" for one in json.loads(printed).get("nodes", []))


if __name__ == "__main__":
    main()
