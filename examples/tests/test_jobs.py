"""Each folder's scripts and each notebook, against the product."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Desk, Finished, outputs

import make_notebooks


@pytest.mark.parametrize(("folder", "path"), make_notebooks.examples(), ids=lambda path: path.name)
def test_a_notebook_is_what_its_sources_make(folder: Path, path: Path) -> None:
    assert path.read_text() == make_notebooks.notebook(folder), "run examples/make_notebooks.py"


def test_a_notebook_submits_its_cells_plots_its_metrics_and_loads_the_best_model(digits: Finished) -> None:
    shown = [output for cell in digits.book.cells for output in cell.get("outputs", [])]
    pictures = [output for output in shown if "image/png" in output.get("data", {})]

    assert "held-out accuracy: 0.9" in outputs(digits.book)
    assert len(pictures) == 1


def test_a_job_of_scikit_learn_without_torch(desk: Desk) -> None:
    desk.run("digits", "prepare.py", "--out", str(desk.folder / "sklearn-numpy" / "data"))
    desk.run("sklearn-numpy", "submit.py", "--rounds", "4")

    job = desk.finished("digits-sklearn")

    assert desk.run("sklearn-numpy", "evaluate.py", job.id).startswith("held-out accuracy: 0.")


def test_the_notebook_of_scikit_learn(desk: Desk) -> None:
    book = desk.notebook("sklearn-numpy")

    assert "held-out accuracy: 0.9" in outputs(book)


def test_a_job_over_data_that_workers_hold_uploads_none_of_it(desk: Desk, hospitals: list[Path]) -> None:
    told = desk.run("own-dataset", "submit.py", "--rounds", "3")

    job = desk.finished("own-dataset")

    assert "hospital-1, hospital-2" in told
    assert job.metrics["accuracy"] > 0.9
    patients = sum(len((folder / "patients.csv").read_text().splitlines()) for folder in hospitals)
    (last, *_) = reversed(desk.client.jobs.rounds(job.id))
    assert len(last.contributions) == 2 and 0.75 * patients < last.samples < 0.85 * patients
    assert not any("patients" in file.key or "shards" in file.key for file in desk.client.files.list("jobs/own-dataset/"))


def test_the_notebook_over_data_that_workers_hold(desk: Desk, hospitals: list[Path]) -> None:
    book = desk.notebook("own-dataset")

    assert "hospital-1" in outputs(book) and "<All keys matched successfully>" in outputs(book)


def test_a_lora_job_sends_the_tuned_part_only(desk: Desk) -> None:
    desk.run("huggingface-lora", "prepare.py")
    desk.run("huggingface-lora", "submit.py")

    job = desk.finished("lora")

    assert job.metrics["accuracy"] > 0.8
    (whole,) = [file for file in desk.client.files.list(job.model_out) if file.key.endswith("checkpoint.pt")]
    assert all(given.bytes < whole.size_bytes / 5 for one in desk.client.jobs.rounds(job.id) for given in one.contributions)


def test_the_notebook_of_lora(desk: Desk) -> None:
    book = desk.notebook("huggingface-lora")

    assert "weights are trained and sent" in outputs(book)
    assert "bytes an update" in outputs(book)
