"""One running product for all examples, and the job whose metrics are exported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SDK = ROOT / "sdk-python" / "src"
sys.path[:0] = [str(SDK), str(EXAMPLES), str(ROOT / "docs" / "tests")]

from roundelay import Job, Roundelay  # noqa: E402
from running import LAUNCHER, Product, end, running  # noqa: E402

JOB_SECONDS = 240


class Desk:
    """Where a user of the examples sits: a copy of their folders, the variables of `credentials.env`, the SDK."""

    def __init__(self, folder: Path, product: Product) -> None:
        self.folder = folder
        self.environment = {**os.environ, **product.credentials, "PYTHONPATH": str(SDK)}
        self.client = Roundelay(product.credentials["RESON_BASE_URL"], product.credentials["RESON_API_KEY"])
        self.product = product
        for source in EXAMPLES.glob("*/model_def.py"):
            # Never the data that somebody prepared there.
            ignored = shutil.ignore_patterns("data", "*.pt", "__pycache__")
            shutil.copytree(source.parent, folder / source.parent.name, ignore=ignored)

    def run(self, example: str, script: str, *arguments: str) -> str:
        """Runs a script of an example and returns what it printed."""
        ran = subprocess.run(
            [sys.executable, script, *arguments],
            cwd=self.folder / example,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def roundelay(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Runs the program `roundelay`."""
        return subprocess.run(
            [LAUNCHER, *arguments], cwd=cwd, env=self.environment, capture_output=True, text=True, timeout=120
        )

    def finished(self, name: str) -> Job:
        """Waits for the end of the one job of that name."""
        (job,) = [job for job in self.client.jobs.iterate(search=name) if job.name == name]
        deadline = time.monotonic() + JOB_SECONDS
        while not job.state.is_terminal:
            assert time.monotonic() < deadline, f"{job} does not end"
            time.sleep(0.2)
            job = self.client.jobs.get(job.id)
        assert str(job.state) == "FINISHED", job.failure
        return job

    def notebook(self, example: str) -> nbformat.NotebookNode:
        """Runs the notebook of an example in a kernel of its own and returns it with its outputs."""
        folder = self.folder / example
        (folder / "data").mkdir(exist_ok=True)
        book = nbformat.read(folder / f"{example}.ipynb", as_version=4)
        client = NotebookClient(book, timeout=JOB_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
        return client.execute(env=self.environment)


@dataclass(frozen=True)
class Finished:
    job: Job
    book: nbformat.NotebookNode


def outputs(book: nbformat.NotebookNode) -> str:
    """All text that the cells of a notebook gave."""
    texts = []
    for cell in book.cells:
        for output in cell.get("outputs", []):
            texts.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
    return "\n".join(texts)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    # The workers' Python has what the examples' requirements name, so nothing is installed.
    with running(tmp_path_factory.mktemp("product"), 3, sys.executable) as started:
        yield started


@pytest.fixture(scope="session")
def desk(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("desk"), product)
    with desk.client:
        yield desk


@pytest.fixture(scope="session")
def digits(desk: Desk) -> Finished:
    """The digits notebook and its job."""
    book = desk.notebook("digits")
    return Finished(desk.finished("digits notebook"), book)


@pytest.fixture(scope="session")
def hospitals(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Two workers that offer the patients of a hospital each as `tumours`."""
    desk.run("own-dataset", "prepare.py")
    folders = sorted((desk.folder / "own-dataset" / "data").glob("hospital-*"))
    home = tmp_path_factory.mktemp("hospitals")
    token = home / "token"
    token.write_text(desk.product.credentials["ROUNDELAY_WORKER_TOKEN"])
    workers = []
    try:
        for folder in folders:
            command = [LAUNCHER, "worker", "--server", desk.client.url, "--token-file", token, "--name", folder.name]
            command += ["--data-dir", home / folder.name, "--python", sys.executable, "--dataset", f"tumours={folder}"]
            with (home / f"{folder.name}.log").open("w") as log:
                workers.append(subprocess.Popen(command, stdout=log, stderr=log, text=True))
        deadline = time.monotonic() + 60
        while sum("tumours" in worker.datasets for worker in desk.client.workers.list()) < len(folders):
            logs = [(home / f"{folder.name}.log").read_text()[-2000:] for folder in folders]
            assert time.monotonic() < deadline and all(worker.poll() is None for worker in workers), logs
            time.sleep(0.2)
        yield folders
    finally:
        for worker in workers:
            end(worker)
