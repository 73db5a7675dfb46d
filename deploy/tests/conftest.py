"""The built product, and a machine on which nobody has installed Java."""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer
from time import monotonic
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"
HOME = DIST / "roundelay"
# Debian's Python with torch and numpy: what workers of these tests train with.
TORCH_PYTHON = os.environ.get("ROUNDELAY_PYTHON", "/usr/bin/python3")
READY_SECONDS = 180

MODEL = """\
import numpy


class Model:
    def __init__(self):
        self.weights = {"w": numpy.zeros(16, dtype=numpy.float32)}

    def state_dict(self):
        return self.weights

    def load_state_dict(self, state):
        self.weights = dict(state)


def fl_train(model, env, out_dir, logger=None):
    return {"weights": {"w": model.state_dict()["w"] + 1}, "samples": 10}
"""


def tool(name: str) -> str | None:
    """Returns a program that is installed, or that `scripts/setup --test` unpacked for these tests."""
    unpacked = os.environ.get("ROUNDELAY_TEST_TOOLS", "")
    return shutil.which(name) or shutil.which(
        name, path=os.pathsep.join(f"{unpacked}/usr/{folder}" for folder in ("bin", "sbin"))
    )


def needs(name: str) -> pytest.MarkDecorator:
    """Leaves a test out, in words, where a program is not to be had."""
    return pytest.mark.skipif(tool(name) is None, reason=f"not run: there is no program {name} on this machine")


def wheel(tag: str) -> Path:
    found = sorted(DIST.glob(f"roundelay-*-{tag}.whl"))
    assert len(found) == 1, f"dist/ holds {len(found)} wheels for {tag}; run `make build` first"
    return found[0]


@pytest.fixture(scope="session")
def without_java(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine without Java: its programs without those of a JDK, and no JAVA_HOME."""
    folder = tmp_path_factory.mktemp("machine") / "bin"
    folder.mkdir()
    for place in ("/usr/sbin", "/usr/bin"):
        for program in Path(place).iterdir():
            link = folder / program.name
            if not program.name.startswith("java") and not link.is_symlink():
                link.symlink_to(program)
    kept = {
        name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "SSL_CERT_", "LC_")) or name in ("LANG", "TZ")
    }
    return {**kept, "PATH": str(folder), "HOME": str(folder.parent)}


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None, **options: Any) -> str:
    """Runs a program to its good end and returns what it printed."""
    options = {"timeout": 300, **options}
    ended = subprocess.run(
        [str(part) for part in command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    assert ended.returncode == 0, f"{command} ended with {ended.returncode}:\n{ended.stdout}"
    return ended.stdout


def eventually(what: str, seconds: float, look: Callable[[], Any]) -> Any:
    """Returns the first look that shows something."""
    deadline = monotonic() + seconds
    while not (seen := look()):
        assert monotonic() < deadline, f"not within {seconds} s: {what}"
        Event().wait(0.1)
    return seen


@contextmanager
def started(
    command: Sequence[str | Path], ready: str, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen]:
    """A program from its ready line to its end, which is by its process id alone."""
    errors = folder / f"{Path(command[0]).name}-{len(list(folder.iterdir()))}.err"
    with errors.open("w") as stream:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        )
    patience = Timer(READY_SECONDS, process.kill)
    patience.start()
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if ready in line:
                break
        patience.cancel()
        assert ready in said, f"{command[0]} said {said!r} and {errors.read_text()}"
        yield process
    finally:
        patience.cancel()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def credentials_of(data: Path) -> dict[str, str]:
    lines = (data / "credentials.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def ports_of(data: Path) -> dict[str, int]:
    """Where the server really listens: its API, and S3."""
    lines = [line for line in (data / "ports").read_text().splitlines() if not line.startswith("#")]
    return {name: int(port) for name, port in (line.split("=") for line in lines)}


@dataclass(frozen=True)
class Api:
    """The HTTP API by one key."""

    url: str
    key: str
    authority: Path | None = None

    def open(self, path: str, body: bytes | None = None, method: str | None = None, timeout: float = 30, **headers: str) -> Any:
        request = urllib.request.Request(
            self.url + path, data=body, method=method, headers={"Authorization": f"Bearer {self.key}", **headers}
        )
        trust = ssl.create_default_context(cafile=str(self.authority)) if self.authority else None
        return urllib.request.urlopen(request, timeout=timeout, context=trust)

    def json(self, path: str) -> Any:
        with self.open(path) as answer:
            return json.load(answer)

    def ended(self, job: str) -> dict[str, Any]:
        """Waits until a job is over."""

        def look() -> dict[str, Any] | None:
            seen = self.json(f"/api/v1/jobs/{job}")
            return seen if seen["state"] in ("FINISHED", "FAILED", "CANCELLED") else None

        return eventually(f"{job} ends", 180, look)
