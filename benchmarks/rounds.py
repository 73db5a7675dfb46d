"""Whole rounds on the real product: `roundelay up` with workers as processes, models by hard link or by HTTP."""

from __future__ import annotations

import os
import re
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from figures import Figures
from processes import MemoryWatch, below
from product import Product, ProductOverHttp

WORKERS = [2, 8, 32]
SIZES = [4, 100, 500]
# How many rounds of each size, the first one apart: small ones differ more among each other.
ROUNDS = {4: 61, 100: 13, 500: 10}
LINK_TARGETS = {(2, 4): 0.05, (8, 4): 0.10, (8, 100): 1.5}
HTTP_TARGETS = {(8, 100): 2.5}
MEMORY_TARGETS = {(8, 100): 400, (32, 100): 400}
SUBMITS = 5
WARM_UP = 12
# Of a worker with its harness, beside what grows with the model.
WORKER_MB = 250
# Of each site: what its training makes, and what of it is being written. Models that are read are files, and need not stay.
MODELS_IN_MEMORY = 2
# Of each site and two more: an update and what follows it, or the model that is kept and the next one.
MODELS_ON_DISK = 2


@dataclass(frozen=True)
class Setting:
    """Where the figures go, what is measured, and the folder that it may fill."""

    figures: Figures
    launcher: Path
    work: Path
    python: str
    most_rounds: int

    @contextmanager
    def product(self, kind: type[Product], workers: int) -> Iterator[Product]:
        """Runs the product with workers of one slot; its files are gone afterwards."""
        folder = self.work / "product"
        folder.mkdir()
        product = kind(self.launcher, folder / "data", workers, 1, self.python)
        try:
            yield product
        finally:
            product.stop()
            shutil.rmtree(folder, ignore_errors=True)


def measure(setting: Setting) -> None:
    for workers in WORKERS:
        with setting.product(Product, workers) as product:
            if workers == WORKERS[0]:
                submits(setting.figures, product)
            warm_up(setting, product, workers)
            for megabytes in SIZES:
                took = cell(setting, product, workers, megabytes, "by hard link", LINK_TARGETS)
                if took:
                    what = f"server memory without mapped files, {megabytes} MB, {workers} workers"
                    setting.figures.add(what, "MB", MEMORY_TARGETS.get((workers, megabytes)), took.memory)
    with setting.product(ProductOverHttp, 8) as product:
        warm_up(setting, product, 8)
        for megabytes in (4, 100):
            cell(setting, product, 8, megabytes, "over HTTP", HTTP_TARGETS)


def submits(figures: Figures, product: Product) -> None:
    """What a job of one round costs: the first one after a start, and later ones."""
    run = product.run_job("first", 2, 4, 1)
    figures.add("submit to first round, cold: the first job after the start", "s", 5, first_commit(run))
    took = []
    for number in range(SUBMITS):
        run = product.run_job(f"trivial-{number}", 2, 4, 1, look_again_seconds=0.02)
        took.append(run["finished"] - run["submitted"])
    what = f"submit to FINISHED, one trivial round, warm (median of {SUBMITS})"
    figures.add(what, "s", 2, statistics.median(took), min=min(took), all=[round(each, 3) for each in took])


def warm_up(setting: Setting, product: Product, workers: int) -> None:
    """Lets the compilers of server and workers see some rounds first."""
    product.run_job("warm-up", workers, 4, min(WARM_UP, setting.most_rounds))


@dataclass(frozen=True)
class Took:
    """The seconds of the rounds after the first, from submit to the first, and the MB of the server with its PostgreSQL."""

    seconds: list[float]
    first: float
    memory: float


def cell(
    setting: Setting, product: Product, workers: int, megabytes: int, how: str, targets: dict[tuple[int, int], float]
) -> Took | None:
    what = f"round, {megabytes} MB, {workers} workers, {how}"
    why = lacking(setting.work, workers, megabytes)
    if why:
        setting.figures.leave_out(what, why)
        return None
    took = timed(product, workers, megabytes, min(ROUNDS[megabytes], setting.most_rounds))
    setting.figures.add_rounds(what, targets.get((workers, megabytes)), took.seconds, first=took.first)
    return took


def timed(product: Product, workers: int, megabytes: int, rounds: int) -> Took:
    """Runs a job of so many rounds."""
    server = product.server_pid()
    with MemoryWatch(lambda: {server} | below(server)) as watch:
        run = product.run_job(f"rounds-{workers}-{megabytes}", workers, megabytes, rounds)
    return Took(gaps(run), first_commit(run), watch.peak_mb)


def lacking(work: Path, workers: int, megabytes: int) -> str:
    """Returns what this machine has too little of for that many workers; empty if it will do."""
    memory = workers * (WORKER_MB + MODELS_IN_MEMORY * megabytes)
    free_memory = available_mb()
    if memory > free_memory:
        return f"takes about {memory / 1000:.0f} GB of memory, {free_memory / 1000:.0f} GB are free"
    disk = (workers + 2) * MODELS_ON_DISK * megabytes
    free_disk = shutil.disk_usage(work).free / 1e6
    if disk > free_disk * 0.8:
        return f"takes about {disk / 1000:.0f} GB of disk, {free_disk / 1000:.0f} GB are free"
    return ""


def available_mb() -> float:
    found = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(found[1]) / 1000 if found else os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6


def time_of(text: str) -> float:
    # Python 3.10 reads at most microseconds.
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", text).replace("Z", "+00:00")).timestamp()


def gaps(run: dict[str, Any]) -> list[float]:
    """Returns the time from commit to commit, the first round apart."""
    commits = [time_of(one["committedAt"]) for one in run["rounds"]]
    return [after - before for before, after in zip(commits, commits[1:])]


def first_commit(run: dict[str, Any]) -> float:
    """Returns the time from submit until the first round is committed."""
    return time_of(run["rounds"][0]["committedAt"]) - float(run["submitted"])
