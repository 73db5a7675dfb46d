"""Every block of the pages that a reader would type in, against the product."""

from __future__ import annotations

import sys
import time
import zipfile
from pathlib import Path

import pytest

from blocks import PageRun, blocks_of
from running import LAUNCHER, ROOT, Product

DOCS = ROOT / "docs"
SOURCES = ROOT / "sdk-python" / "src"
MODEL_DEF = blocks_of(DOCS / "job-lifecycle.md")[0].code
JOB_SECONDS = 240


def prepare_nothing(folder: Path) -> None:
    pass


def prepare_quickstart(folder: Path) -> None:
    exec(MODEL_DEF)  # noqa: S102
    write_shards(folder / "shards")


def prepare_sdk_guide(folder: Path) -> None:
    prepare_quickstart(folder)
    (folder / "net.py").write_text((folder / "model_def.py").read_text())
    write_shards(folder / "data" / "shards")


def write_shards(folder: Path) -> None:
    folder.mkdir(parents=True)
    for site in (1, 2, 3):
        with zipfile.ZipFile(folder / f"shard_{site}.zip", "w") as shard:
            shard.writestr("sample.txt", f"data of site {site}")


@pytest.mark.parametrize(
    ("page", "prepare", "least"),
    [
        ("api.md", prepare_nothing, 10),
        ("job-lifecycle.md", prepare_nothing, 11),
        ("quickstart.md", prepare_quickstart, 2),
        ("guides/python-sdk.md", prepare_sdk_guide, 7),
    ],
)
def test_a_page_does_what_it_says(product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page, prepare, least) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [str(folder), str(SOURCES), *sys.path])
    for name, value in product.credentials.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ROUNDELAY_PROGRAM", str(LAUNCHER))
    prepare(folder)

    def await_jobs() -> None:
        deadline = time.monotonic() + JOB_SECONDS
        while product.live_jobs() > 0:
            assert time.monotonic() < deadline, "a job does not end"
            time.sleep(0.5)

    ran = PageRun(folder, dict(product.credentials), await_jobs).run(DOCS / page)
    await_jobs()

    assert ran >= least
