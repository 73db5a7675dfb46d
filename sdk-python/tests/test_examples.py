"""The examples' submit.py against the SDK as it is."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fake_server import API_KEY, FakeServer

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("example", "class_name"), [("digits", "DigitsNet"), ("tabular", "TumourNet")])
def test_an_example_is_submitted_without_torch(server: FakeServer, tmp_path: Path, example: str, class_name: str) -> None:
    (tmp_path / "shards").mkdir()
    for number in (1, 2, 3):
        with zipfile.ZipFile(tmp_path / "shards" / f"site-{number}.zip", "w") as shard:
            shard.writestr("train.npz", b"x")

    ran = subprocess.run(
        [sys.executable, str(ROOT / "examples" / example / "submit.py"), "--data", str(tmp_path), "--rounds", "2"],
        env={
            "PYTHONPATH": str(ROOT / "sdk-python" / "src"),
            "HOME": str(tmp_path),
            "ROUNDELAY_URL": server.url,
            "ROUNDELAY_API_KEY": API_KEY,
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.splitlines()[:2] == ["job_1 PENDING", f"{server.url}/dashboard/jobs/job_1"]
    spec = server.jobs["job_1"]["spec"]
    assert spec["model"]["class"] == class_name and spec["federation"]["rounds"] == 2
    model_def = server.objects[f"jobs/{example}/scripts/model_def.py"].content
    assert model_def == (ROOT / "examples" / example / "model_def.py").read_bytes()
    assert [key for key in server.objects if key.startswith(f"jobs/{example}/scripts/")] == [
        f"jobs/{example}/scripts/model_def.py"
    ]
