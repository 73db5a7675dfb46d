"""Measures what benchmarks/README.md names, prints a table and writes JSON. Started by scripts/bench."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import beside
import rounds
from figures import Figures
from processes import MemoryWatch, are_gone
from product import Product
from rounds import first_commit, gaps

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist" / "roundelay"
LAUNCHER = DIST / "bin" / "roundelay"
PARTS = ["processes", "rounds", "peers", "deaths", "aggregation", "listing"]
ROUNDS = 61
# Rounds of a server and agents that have just started: their compilers still take part of the two cores.
COLD = 12
# What undying.py calls its daemons.
DAEMON = "undying-daemon"


def processes(figures: Figures, work: Path, python: str) -> None:
    data = work / "data"
    first = Product(LAUNCHER, data, workers=3, slots=1, python=python)
    first_start = first.ready_seconds
    first.stop()
    product = Product(LAUNCHER, data, workers=3, slots=1, python=python)
    try:
        figures.add("up to ready, data folder exists, 3 workers", "s", 4, product.ready_seconds, first_start=first_start)
        product.run_job("warm-up", 3, 4, 2)
        run = product.run_job("rounds", 3, 4, ROUNDS)
        figures.add("submit to first round committed, warm", "s", 1, first_commit(run))
        took = gaps(run)
        cold, warm = took[:COLD], took[COLD:]
        figures.add("round overhead, 4 MB, 3 workers, first rounds (median)", "s", 0.15, statistics.median(cold), min=min(cold), rounds=cold)
        figures.add("round overhead, 4 MB, 3 workers, later rounds (median)", "s", 0.15, statistics.median(warm), min=min(warm), rounds=warm)
    finally:
        product.stop()

    product = Product(LAUNCHER, work / "large", workers=2, slots=4, python=python)
    try:
        server = product.server_pid()
        watch = MemoryWatch(lambda: {server})
        idle = watch.now_mb()
        with watch:
            run = product.run_job("large", 8, 100, 10)
        took = gaps(run)
        figures.add("server memory without mapped files, 100 MB, 2 x 4 workers", "MB", 500, watch.peak_mb, idle=idle)
        figures.add("round, 100 MB, 2 x 4 workers (median)", "s", 2.5, statistics.median(took), min=min(took), rounds=took)
    finally:
        product.stop()


def deaths(figures: Figures, work: Path, python: str, runs: int) -> None:
    """How fast the platform finds out that something is gone, and how fast it lets go of what will not."""
    product = Product(LAUNCHER, work / "deaths", workers=4, slots=1, python=python)
    moved, alone, gone = [], [], []
    try:
        product.run_job("warm-up", 3, 4, 2)
        for run in range(runs):
            job = product.submit(f"worker-{run}", 3, 4, 200, seconds=1, module="undying.py")["id"]
            product.await_training(job)
            held = product.holder(job, 0)
            began = time.monotonic()
            orphans = product.kill_worker(held["workerName"])
            product.seconds_until("its processes are gone", lambda: are_gone(orphans))
            alone.append(time.monotonic() - began)
            product.seconds_until("the shard has moved", lambda: product.holder(job, 0)["attempt"] > held["attempt"])
            moved.append(time.monotonic() - began)

            product.await_commit(job, 1)
            # Whatever was to be left behind must be there, or its end would say nothing.
            product.seconds_until("every site has its daemon", lambda: len(product.named_below(DAEMON)) >= 3)
            harness = product.harness_pids()
            began = time.monotonic()
            product.call("POST", f"/jobs/{job}/cancel")
            product.seconds_until("every process is gone", lambda: are_gone(harness))
            gone.append(time.monotonic() - began)
            product.await_back(held["workerName"])
    finally:
        product.stop()
    figures.add_all("kill -9 of a worker to its shard at another", "s", 10, moved)
    figures.add_all("kill -9 of a worker to the last of its processes gone", "s", 5, alone)
    figures.add_all("cancel to the last process gone, each ignores SIGTERM and has a daemon", "s", 5, gone)


def java(main: str, *arguments: str) -> str:
    program = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    classes = f"{ROOT}/benchmarks/target/classes:{DIST}/lib/*"
    command = [str(program), "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", classes]
    command += [f"dev.roundelay.benchmarks.{main}", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


NUMPY_LOOP = """
import time, numpy
updates = [numpy.random.rand(25_000_000).astype(numpy.float32) for _ in range(10)]
took = []
for _ in range(9):
    began = time.perf_counter()
    total = numpy.zeros(25_000_000, numpy.float32)
    for update in updates:
        total += update * numpy.float32(0.1)
    took.append(time.perf_counter() - began)
print(min(took), sorted(took)[4])
"""


def yardstick(figures: Figures, python: str) -> None:
    """How fast this machine is: the same sum by numpy. 0.16 s where the targets were set."""
    out = subprocess.run([python, "-c", NUMPY_LOOP], check=True, capture_output=True, text=True).stdout
    least, median = map(float, out.split())
    figures.add("yardstick: numpy sums 10 x 25 M float32 in memory (median)", "s", None, median, min=least)


def aggregation(figures: Figures, work: Path) -> None:
    found = re.search(r"wall min ([\d.]+) median ([\d.]+) s, cpu min ([\d.]+)", java("AggregationBench", str(work), "21"))
    assert found is not None
    least, median, cpu = map(float, found.groups())
    figures.add("aggregate 10 x 25 M float32, fresh maps (median)", "s", 0.12, median, min=least, cpu=cpu)


def listing(figures: Figures, work: Path) -> None:
    for name, least, median, p95 in re.findall(
        r"keys, (\w+), .*min ([\d.]+) median ([\d.]+) p95 ([\d.]+)", java("ListingBench", str(work / "listing"))
    ):
        figures.add(f"list 1,000 of 1,000,000 keys, {name} (median)", "s", 0.05, float(median), min=float(least), p95=float(p95))


def machine(python: str) -> dict[str, Any]:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    release = (Path(os.environ["JAVA_HOME"]) / "release").read_text()
    numpy = subprocess.run([python, "-c", "import numpy; print(numpy.__version__)"], check=True, capture_output=True, text=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return {
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "cpu": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "java": re.findall(r'JAVA_RUNTIME_VERSION="(.*)"', release),
        "numpy": numpy.stdout.strip(),
        "commit": commit.stdout.strip(),
        "load": os.getloadavg(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "target" / "bench.json")
    parser.add_argument("--work", type=Path, help="where to put 5 GB for a while (default: the temporary folder)")
    parser.add_argument("--runs", type=int, default=5, help="how often each death is died (default: 5; 50 for a p95 to quote)")
    parser.add_argument("--rounds", type=int, default=1_000, help="at most so many in a row, for a quick look at rounds and peers")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be 1 or more")
    if options.rounds < 2:
        parser.error("--rounds must be 2 or more: the first one is apart")
    chosen = options.only or PARTS
    python = os.environ["ROUNDELAY_PYTHON"]
    # Set on some machines for old builds; they slow a current numpy.
    for name in [name for name in os.environ if name.startswith("OPENBLAS_")]:
        del os.environ[name]
    figures = Figures()
    report = {"machine": machine(python), "figures": figures.rows}
    work = Path(tempfile.mkdtemp(prefix="roundelay-bench-", dir=options.work))
    # PostgreSQL runs as a user of its own where this is root.
    work.chmod(0o755)
    setting = rounds.Setting(figures, LAUNCHER, work, python, options.rounds)
    # So that whoever is told to end, ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("[bench] told to end"))
    try:
        yardstick(figures, python)
        if "processes" in chosen:
            processes(figures, work, python)
        if "rounds" in chosen:
            rounds.measure(setting)
        if "peers" in chosen:
            beside.measure(setting, os.environ.get("ROUNDELAY_PEERS_PYTHON") or None)
        if "deaths" in chosen:
            deaths(figures, work, python, options.runs)
        if "aggregation" in chosen:
            aggregation(figures, work)
        if "listing" in chosen:
            listing(figures, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    print(figures.table())
    print(f"machine: {report['machine']}")


if __name__ == "__main__":
    main()
