"""Measures what benchmarks/README.md names, prints a table and writes JSON. Started by scripts/bench."""

from __future__ import annotations

import argparse
import json
import math
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
from processes import FolderWatch, MemoryWatch, are_gone
from product import Fleet, Product, Server
from rounds import first_commit, gaps

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist" / "roundelay"
LAUNCHER = DIST / "bin" / "roundelay"
PARTS = ["processes", "rounds", "peers", "deaths", "aggregation", "listing", "fleet", "memory"]
# Only where it is asked for: an hour, perhaps, and the disk for it.
LONG_PARTS = ["shards"]
ROUNDS = 61
# Rounds of a server and agents that have just started: their compilers still take part of the two cores.
COLD = 12
# After ten thousand workers have joined and a thousand jobs were sent.
SETTLING_SECONDS = 30
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


def java_command(main: str, *options: str) -> list[str]:
    program = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    classes = f"{ROOT}/benchmarks/target/classes:{DIST}/lib/*"
    command = [str(program), "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", *options, "-cp", classes]
    return [*command, f"dev.roundelay.benchmarks.{main}"]


def java(main: str, *arguments: str) -> str:
    return subprocess.run([*java_command(main), *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


FLEET = ("fleet.Fleet", "-Xmx1g")
# What only the large workers of a fleet have, so that jobs beyond their number wait in the queue.
LARGE: dict[str, Any] = {"selection": {"auto": {"estimatedMemoryMb": 32_000}}}


def fleet(figures: Figures, work: Path, options: argparse.Namespace) -> None:
    """Ten thousand workers: how late the server answers their parked calls."""
    workers, jobs, shards = options.workers, 5, options.workers // 100
    server = Server(LAUNCHER, work / "fleet", *options.server_option)
    simulated = None
    try:
        simulated = Fleet(
            java_command(*FLEET), server, workers, large=jobs * shards, model_kb=100, prepare_seconds=2, train_seconds=4
        )
        print(f"[bench] {workers} workers have joined: {simulated.joined}", flush=True)
        server.upload_inputs("many", shards)
        server.upload_inputs("one", 1)
        running = [server.submit_again(f"many-{i}", "many", 1, 10_000, **LARGE)["id"] for i in range(jobs)]
        for job in running:
            server.await_commit(job, 1)
        for i in range(options.queued):
            server.submit_again(f"queued-{i}", "one", 1, 1, **LARGE)
        time.sleep(SETTLING_SECONDS)
        before = [server.call("GET", f"/jobs/{job}")["round"] for job in running]
        with MemoryWatch(lambda: {server.pid}) as memory:
            processor = server.cpu_seconds()
            simulated.begin()
            time.sleep(options.seconds)
            measured = simulated.end()
            processor = server.cpu_seconds() - processor
        committed = sum(server.call("GET", f"/jobs/{job}")["round"] for job in running) - sum(before)
        again = sum(one["attempt"] > 1 for job in running for one in server.assignments(job))
        queued = server.call("GET", "/jobs", state="PENDING", limit=1)["total"]
        seconds, seen = measured["seconds"], measured["figures"]
        figures.add(
            f"sync answered beyond its wait, {workers} workers, {jobs * shards} with assignments, {queued} jobs queued (p99)",
            "ms", 100, seen["answered"]["p99"], **seen,
        )  # fmt: skip
        figures.add("lost leases", "", 0, sum(seen["lost"].values()) + again)
        figures.add("calls that failed", "", None, sum(seen["errors"].values()))
        syncs = sum(seen[why]["count"] for why in ("waited", "atOnce", "news"))
        figures.add("syncs answered", "/s", None, syncs / seconds, rounds=committed / seconds)
        figures.add("server, processor", "cores", None, processor / seconds)
        figures.add("server memory without mapped files", "MB", None, memory.peak_mb)
        figures.add("database transactions", "/s", None, measured["transactions"] / seconds)
        figures.add(f"{workers} workers join and sync", "s", None, simulated.joined["seconds"])
    finally:
        if simulated is not None:
            simulated.stop()
        server.stop()


def memory(figures: Figures, work: Path, options: argparse.Namespace) -> None:
    """The server's memory by the number of workers."""
    for workers in options.memory_workers:
        require_space(work, workers * options.model_mb + 3_000)
        run = simulate(work / f"memory-{workers}", workers, 3, options, [])
        figures.add(
            f"server memory without mapped files, {options.model_mb} MB, {workers} simulated workers",
            "MB", 400, run["memory_mb"], idle=run["idle_mb"], rounds=run["rounds"], spool_mb=run["spool_mb"],
        )  # fmt: skip


def shards(figures: Figures, work: Path, options: argparse.Namespace) -> None:
    """More updates than the spool may hold."""
    limit = options.spool_limit_mb
    require_space(work, (limit or options.shards * options.model_mb) + 5_000)
    bounded = ["--spool-limit-mb", str(limit)] if limit else []
    run = simulate(work / "shards", options.shards, 2, options, bounded)
    what = f"{options.shards} shards of {options.model_mb} MB, 2 rounds"
    figures.add(f"{what}: all of it", "s", None, run["seconds"], rounds=run["rounds"], **run["figures"])
    figures.add(f"{what}: most in the spool", "MB", limit or None, run["spool_mb"])
    figures.add(f"{what}: server memory without mapped files", "MB", 400, run["memory_mb"], idle=run["idle_mb"])


def simulate(data: Path, sites: int, rounds: int, options: argparse.Namespace, server_options: list[str]) -> dict[str, Any]:
    """Runs a job of simulated workers to its end, each with as many slots as asked for."""
    server = Server(LAUNCHER, data, *server_options, *options.server_option)
    simulated = None
    try:
        simulated = Fleet(
            java_command(*FLEET), server, math.ceil(sites / options.slots), slots=options.slots,
            model_kb=1_000 * options.model_mb, no_models=options.no_models,
        )  # fmt: skip
        server.upload_inputs("large", sites)
        memory, spool = MemoryWatch(lambda: {server.pid}), FolderWatch(data / "spool")
        idle = memory.now_mb()
        simulated.begin()
        began = time.monotonic()
        with memory, spool:
            job = server.submit_again("large", "large", options.model_mb, rounds)["id"]
            server.await_finished(job)
        seconds = time.monotonic() - began
        measured = simulated.end()
        return {
            "seconds": seconds, "idle_mb": idle, "memory_mb": memory.peak_mb, "spool_mb": spool.peak_mb,
            "rounds": gaps({"rounds": server.rounds(job)}), "figures": measured["figures"],
        }  # fmt: skip
    finally:
        if simulated is not None:
            simulated.stop()
        server.stop()
        shutil.rmtree(data, ignore_errors=True)


def require_space(work: Path, megabytes: int) -> None:
    free = shutil.disk_usage(work).free // 1_000_000
    if free < megabytes:
        raise SystemExit(f"[bench] {work} has {free} MB free and needs {megabytes}; choose another folder by --work")


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
    parser.add_argument("--only", choices=PARTS + LONG_PARTS, action="append")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "target" / "bench.json")
    parser.add_argument("--work", type=Path, help="where to put 5 GB for a while (default: the temporary folder)")
    parser.add_argument("--runs", type=int, default=5, help="how often each death is died (default: 5; 50 for a p95 to quote)")
    parser.add_argument("--rounds", type=int, default=1_000, help="at most so many in a row, for a quick look at rounds and peers")
    simulated = parser.add_argument_group("simulated workers (fleet, memory, shards)")
    simulated.add_argument("--workers", type=int, default=10_000, help="of fleet; a twentieth get assignments (default: 10000)")
    simulated.add_argument("--queued", type=int, default=1_000, help="jobs that wait, of fleet (default: 1000)")
    simulated.add_argument("--seconds", type=int, default=180, help="how long fleet measures (default: 180)")
    simulated.add_argument("--memory-workers", type=int, nargs="+", default=[8, 32, 128], help="of memory (default: 8 32 128)")
    simulated.add_argument("--shards", type=int, default=1_000, help="of shards (default: 1000)")
    simulated.add_argument("--model-mb", type=int, default=100, help="of memory and shards (default: 100)")
    simulated.add_argument("--spool-limit-mb", type=int, default=0, help="of shards, once the server has that option (default: 0, none)")
    simulated.add_argument("--slots", type=int, default=1, help="of each worker of memory and shards (default: 1)")
    simulated.add_argument("--no-models", action="store_true", help="workers of memory and shards fetch no global models")
    simulated.add_argument("--server-option", action="append", default=[], help="a further word for roundelay server")
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
        if "fleet" in chosen:
            fleet(figures, work, options)
        if "memory" in chosen:
            memory(figures, work, options)
        if "shards" in chosen:
            shards(figures, work, options)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    print(figures.table())
    print(f"machine: {report['machine']}")


if __name__ == "__main__":
    main()
