"""Flower and NVFlare beside the product, in one run: the same training, models and clients, each with its defaults."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rounds
from processes import are_gone, marked
from product import Product, ProductOverHttp
from rounds import Setting, Took

HERE = Path(__file__).parent / "peers"
MARK = "ROUNDELAY_BENCH_MARK"
# Clients and megabytes, with the seconds that a peer may take, and the targets: how many times as long as ours it takes.
CELLS = [(2, 4, 300), (8, 4, 600), (8, 100, 1_500)]
TARGETS = {(8, 4): 25.0, (8, 100): 2.0}
ROUNDS = 10
# Before the peers and again after them.
OUR_ROUNDS = {4: 21, 100: 6}
TRIES = 2


@dataclass(frozen=True)
class Peer:
    name: str
    program: str
    mode: str
    # Its simulation runs all clients in the memory of one machine and promises no separate processes: no target at 4 MB.
    is_in_memory: bool = False
    most_clients: int = 1_000


PEERS = [
    Peer("Flower, deployment", "flower_peer.py", "deployment"),
    Peer("Flower, in-memory simulation", "flower_peer.py", "simulation", is_in_memory=True),
    Peer("NVFlare, simulator", "nvflare_peer.py", "simulator"),
    Peer("NVFlare, POC", "nvflare_peer.py", "poc", most_clients=2),
]


def measure(setting: Setting, python: str | None) -> None:
    """Runs the peers by that Python, if there is one."""
    why = "not installed; scripts/bench-peers does it" if python is None else refusal(python)
    for clients, megabytes, seconds in CELLS:
        if python is None or why:
            setting.figures.leave_out(f"beside the peers, {megabytes} MB, {clients} clients", why)
        else:
            cell(setting, python, clients, megabytes, seconds)


def cell(setting: Setting, python: str, clients: int, megabytes: int, seconds: int) -> None:
    figures, size = setting.figures, f"{megabytes} MB, {clients} clients"
    before = ours(setting, Product, clients, megabytes)
    http = ours(setting, ProductOverHttp, clients, megabytes) if (clients, megabytes) == (8, 100) else None
    taken = {peer: run(setting, peer, python, clients, megabytes, seconds) for peer in PEERS if clients <= peer.most_clients}
    # Before and after the peers, for the machine's speed drifts.
    after = ours(setting, Product, clients, megabytes)

    link = before.seconds + after.seconds
    figures.add_rounds(f"{size}: ours, by hard link", None, link, first=before.first, memory=max(before.memory, after.memory))
    if http:
        figures.add_rounds(f"{size}: ours, over HTTP", None, http.seconds, first=http.first, memory=http.memory)
    for peer, found in taken.items():
        if not found:
            continue
        target = None if peer.is_in_memory and megabytes == 4 else TARGETS.get((clients, megabytes))
        median = statistics.median(found)
        figures.add_ratio(f"{size}: {peer.name}, to ours by hard link", target, median / statistics.median(link))
        if http:
            figures.add_ratio(f"{size}: {peer.name}, to ours over HTTP", None, median / statistics.median(http.seconds))


def ours(setting: Setting, kind: type[Product], clients: int, megabytes: int) -> Took:
    with setting.product(kind, clients) as product:
        rounds.warm_up(setting, product, clients)
        return rounds.timed(product, clients, megabytes, min(OUR_ROUNDS[megabytes], setting.most_rounds))


def run(setting: Setting, peer: Peer, python: str, clients: int, megabytes: int, seconds: int) -> list[float]:
    """Returns the seconds of a peer's rounds after the first; none if it failed or hung, which is a row of its own then."""
    what = f"{megabytes} MB, {clients} clients: {peer.name}"
    whys: list[str] = []
    for _ in range(TRIES):
        found, why = once(setting, peer, python, clients, megabytes, seconds)
        if found is not None:
            more = {name: found[name] for name in ("first", "memory", "versions", "error")}
            setting.figures.add_rounds(what, None, found["seconds"], **more, failed_before=whys)
            return list(found["seconds"])
        whys.append(why)
    setting.figures.leave_out(what, "; again: ".join(whys))
    return []


def once(
    setting: Setting, peer: Peer, python: str, clients: int, megabytes: int, seconds: int
) -> tuple[dict[str, Any] | None, str]:
    """Runs a peer's program and returns what it printed, or why it printed nothing."""
    folder, mark = setting.work / "p", secrets.token_hex(8)
    arguments = [python, str(HERE / peer.program), peer.mode, "--clients", str(clients), "--megabytes", str(megabytes)]
    arguments += ["--rounds", str(min(ROUNDS, setting.most_rounds)), "--work", str(folder), "--seconds", str(seconds)]
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {MARK: mark},
    )
    try:
        out, errors = process.communicate(timeout=seconds + 120)
    except subprocess.TimeoutExpired:
        # Its namespace of processes ends with it, and all that is in there.
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return None, f"hung: killed after {seconds + 120} s"
    finally:
        await_gone(peer, mark)
        shutil.rmtree(folder, ignore_errors=True)
    if process.returncode:
        return None, " ".join(errors.split())[-700:]
    return json.loads(out.splitlines()[-1]), ""


def await_gone(peer: Peer, mark: str) -> None:
    """Makes sure that nothing of a peer is left."""
    patience = time.monotonic() + 30
    while left := {pid for pid in marked(MARK, mark) if not are_gone({pid})}:
        if time.monotonic() > patience:
            raise SystemExit(f"[bench] {peer.name} left processes behind: {sorted(left)}")
        time.sleep(0.1)


def refusal(python: str) -> str:
    """Returns why the peers cannot run here; empty if they can."""
    code = f"import sys; sys.path.insert(0, {str(HERE)!r}); import room; print(room.refusal())"
    why = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    return f"no network namespace can be made: {why}" if why else ""
