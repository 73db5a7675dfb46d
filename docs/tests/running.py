"""The product as a user starts it: `roundelay up` of the distribution, with a few workers. The examples' tests use it too."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Optional

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


@contextmanager
def running(data: Path, workers: int, python: Optional[str]) -> Iterator[Product]:
    """Starts server and workers on free ports, and ends them."""
    assert LAUNCHER.exists(), f"{LAUNCHER.relative_to(ROOT)} is not there; run `make build` first"
    command = [str(LAUNCHER), "up", "--data-dir", str(data), "--port", "0", "--s3-port", "0", "--workers", str(workers)]
    if python:
        command += ["--python", python]
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
            end(up)


def end(process: subprocess.Popen[str]) -> None:
    """Ends a process that was started here, as Ctrl-C would."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
