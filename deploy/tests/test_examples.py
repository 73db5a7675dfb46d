"""The examples for services and proxies: what the programs that read them say about them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from conftest import HOME, ROOT, needs, run, tool

DEPLOY = ROOT / "deploy"


@needs("systemd-analyze")
@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").iterdir()), ids=lambda unit: unit.name)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    # It looks whether the program is there.
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/roundelay", str(HOME)))

    assert run(["systemd-analyze", "verify", "--man=no", copy]).strip() == ""


SHELL_SCRIPTS = [ROOT / "server/src/main/resources/dev/roundelay/server/downloads/join.sh", ROOT / "scripts/roundelay"]


@pytest.mark.parametrize("script", SHELL_SCRIPTS, ids=lambda script: script.name)
def test_a_script_is_plain_shell(script: Path) -> None:
    run([tool("dash") or "sh", "-n", script])


@needs("shellcheck")
@pytest.mark.parametrize("script", SHELL_SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_finds_nothing(script: Path) -> None:
    run([tool("shellcheck"), "-s", "sh", script])


def test_the_distribution_has_the_examples() -> None:
    for folder in ("systemd", "nginx", "caddy", "prometheus"):
        shipped = {file.name: file.read_bytes() for file in (HOME / "share" / folder).iterdir()}

        assert shipped == {file.name: file.read_bytes() for file in (DEPLOY / folder).iterdir()}


@needs("caddy")
def test_caddy_takes_its_file() -> None:
    file = DEPLOY / "caddy" / "Caddyfile"
    caddy = str(tool("caddy"))
    run([caddy, "validate", "--adapter", "caddyfile", "--config", file])

    assert subprocess.run([caddy, "fmt", file], capture_output=True, text=True).stdout == file.read_text()
