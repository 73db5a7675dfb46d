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
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from product import MemoryWatch, Product

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist" / "roundelay"
PARTS = ["processes", "deaths", "aggregation", "listing"]
ROUNDS = 61
# Rounds of a server and agents that have just started: their compilers still take part of the two cores.
COLD = 12


class Figures:
    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, what: str, unit: str, target: float | None, value: float, **more: Any) -> None:
        """Adds a figure; `value` is what is compared with the target, if there is one."""
        row = {"what": what, "unit": unit, "target": target, "value": round(value, 4)}
        row["met"] = None if target is None else value <= target
        self.rows.append(row | {name: round(each, 4) if isinstance(each, float) else each for name, each in more.items()})
        self.rows[-1]["load"] = os.getloadavg()[0]
        print(f"{what}: {value:.3f} {unit} (target {target}) {more}", flush=True)

    def table(self) -> str:
        lines = ["| what | value | target | | load |", "|---|---|---|---|---|"]
        for row in self.rows:
            met = {True: "met", False: "missed", None: ""}[row["met"]]
            extra = f" (min {row['min']:.3f})" if "min" in row else ""
            target = "" if row["target"] is None else f"{row['target']} {row['unit']}"
            lines.append(f"| {row['what']} | {row['value']:.3f} {row['unit']}{extra} | {target} | {met} | {row['load']:.1f} |")
        return "\n".join(lines)


def time_of(text: str) -> float:
    # Python 3.10 reads at most microseconds.
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", text).replace("Z", "+00:00")).timestamp()


def gaps(run: dict[str, Any]) -> list[float]:
    """Returns the time from commit to commit, the first round apart."""
    commits = [time_of(one["committedAt"]) for one in run["rounds"]]
    return [after - before for before, after in zip(commits, commits[1:])]


def first_commit(run: dict[str, Any]) -> float:
    return time_of(run["rounds"][0]["committedAt"]) - run["submitted"]


def processes(figures: Figures, work: Path, python: str) -> None:
    data = work / "data"
    first = Product(DIST / "bin" / "roundelay", data, workers=3, slots=1, python=python)
    first_start = first.ready_seconds
    first.stop()
    product = Product(DIST / "bin" / "roundelay", data, workers=3, slots=1, python=python)
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

    product = Product(DIST / "bin" / "roundelay", work / "large", workers=2, slots=4, python=python)
    try:
        watch = MemoryWatch(product.server_pid())
        idle = watch.now_mb()
        with watch:
            run = product.run_job("large", 8, 100, 10)
        took = gaps(run)
        figures.add("server memory without mapped files, 100 MB, 2 x 4 workers", "MB", 500, watch.peak_mb, idle=idle)
        figures.add("round, 100 MB, 2 x 4 workers (median)", "s", 2.5, statistics.median(took), min=min(took), rounds=took)
    finally:
        product.stop()


def deaths(figures: Figures, work: Path, python: str) -> None:
    """How fast the platform finds out that something is gone, and how fast it lets go."""
    product = Product(DIST / "bin" / "roundelay", work / "deaths", workers=4, slots=1, python=python)
    try:
        product.run_job("warm-up", 3, 4, 2)
        job = product.submit("worker", 3, 4, 200, seconds=1)["id"]
        product.await_training(job)
        held = product.holder(job, 0)
        os.kill(product.worker_pid(held["workerName"]), signal.SIGKILL)
        moved = product.seconds_until("the shard has moved", lambda: product.holder(job, 0)["attempt"] > held["attempt"])
        figures.add("kill -9 of a worker to its shard at another", "s", 10, moved)

        product.seconds_until("all train again", lambda: product.call("GET", f"/jobs/{job}")["phase"] == "training")
        harness = product.harness_pids()
        product.call("POST", f"/jobs/{job}/cancel")
        gone = product.seconds_until("every process is gone", lambda: not any(Path(f"/proc/{pid}").exists() for pid in harness))
        figures.add(f"cancel to the last of {len(harness)} processes gone", "s", 5, gone)
    finally:
        product.stop()


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
    # Set on some machines for old builds; they slow a current numpy.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    out = subprocess.run([python, "-c", NUMPY_LOOP], check=True, capture_output=True, text=True, env=environment).stdout
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
    options = parser.parse_args()
    chosen = options.only or PARTS
    python = os.environ["ROUNDELAY_PYTHON"]
    figures = Figures()
    report = {"machine": machine(python), "figures": figures.rows}
    work = Path(tempfile.mkdtemp(prefix="roundelay-bench-", dir=options.work))
    # PostgreSQL runs as a user of its own where this is root.
    work.chmod(0o755)
    try:
        yardstick(figures, python)
        if "processes" in chosen:
            processes(figures, work, python)
        if "deaths" in chosen:
            deaths(figures, work, python)
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
