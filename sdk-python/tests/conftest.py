from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_server import API_KEY, FakeServer
from roundelay import Roundelay

MODEL_DEF = """\
class Net:
    def state_dict(self):
        return {}


def fl_train(model, env, out_dir, logger=None):
    return {"weights": model.state_dict(), "samples": 1}


def fl_validate(model, env, out_dir, logger=None):
    return {"metrics": {}, "samples": 1}
"""


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    yield fake
    fake.close()
    assert fake.violations == []


@pytest.fixture
def client(server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Roundelay]:
    monkeypatch.setattr("roundelay._http._pause_seconds", lambda attempt, retry_after: 0.0)
    with make_client(server, tmp_path) as made:
        yield made


def make_client(server: FakeServer, home: Path) -> Roundelay:
    return Roundelay(server.url, API_KEY, environment={}, profile=home / "none.json", cache=home / "cache", timeout_seconds=60)


@pytest.fixture
def model_file(tmp_path: Path) -> str:
    path = tmp_path / "net.py"
    path.write_text(MODEL_DEF)
    return f"{path}:Net"


@pytest.fixture
def shards_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "shards"
    folder.mkdir()
    for number in (1, 2, 10):
        with zipfile.ZipFile(folder / f"shard_{number}.zip", "w") as archive:
            archive.writestr("data.bin", bytes([number]) * 2500)
    return folder
