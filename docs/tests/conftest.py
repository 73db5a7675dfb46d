"""The product as a user starts it: `roundelay up` of the distribution, with three workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import pytest

ROOT = Path(__file__).parents[2]
LAUNCHER = ROOT / "dist" / "roundelay" / "bin" / "roundelay"
READY_SECONDS = 180


@dataclass(frozen=True)
class Product:
    credentials: dict[str, str]
    data: Path

    def live_jobs(self) -> int:
        request = urllib.request.Request(
            self.credentials["RESON_BASE_URL"] + "/api/v1/jobs?limit=200",
            headers={"Authorization": "Bearer " + self.credentials["RESON_API_KEY"]},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return sum(job["state"] in ("PENDING", "RUNNING") for job in json.load(answer)["items"])


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    assert LAUNCHER.exists(), f"{LAUNCHER.relative_to(ROOT)} is not there; run `make build` first"
    data = tmp_path_factory.mktemp("data")
    command = [str(LAUNCHER), "up", "--data-dir", str(data), "--port", "0", "--s3-port", "0", "--workers", "3"]
    if "ROUNDELAY_PYTHON" in os.environ:
        command += ["--python", os.environ["ROUNDELAY_PYTHON"]]
    with (data / "up.err").open("w") as errors:
        up = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
        patience = Timer(READY_SECONDS, up.kill)
        patience.start()
        try:
            assert up.stdout is not None
            ready = up.stdout.readline()
            patience.cancel()
            assert "ready" in ready, f"up said {ready!r} and {(data / 'up.err').read_text()}"
            lines = (data / "credentials.env").read_text().splitlines()
            yield Product(dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")), data)
        finally:
            patience.cancel()
            up.send_signal(signal.SIGTERM)
            try:
                up.wait(60)
            except subprocess.TimeoutExpired:
                up.kill()
                up.wait()
