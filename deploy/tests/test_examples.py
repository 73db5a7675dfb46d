"""The examples for services and proxies: what the programs that read them say about them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import HOME, ROOT, run

DEPLOY = ROOT / "deploy"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="not run: no systemd-analyze on this machine")
@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").iterdir()), ids=lambda unit: unit.name)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    # It looks whether the program is there.
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/roundelay", str(HOME)))

    assert run(["systemd-analyze", "verify", "--man=no", copy]).strip() == ""


def test_join_sh_is_plain_shell(tmp_path: Path) -> None:
    script = ROOT / "server" / "src" / "main" / "resources" / "dev" / "roundelay" / "server" / "dist" / "join.sh"
    launcher = ROOT / "scripts" / "roundelay"
    for file in (script, launcher):
        run(["dash" if shutil.which("dash") else "sh", "-n", file])
    if shutil.which("shellcheck"):
        run(["shellcheck", "-s", "sh", script, launcher])


def test_the_distribution_has_the_examples() -> None:
    for folder in ("systemd", "nginx", "caddy"):
        shipped = {file.name: file.read_bytes() for file in (HOME / "share" / folder).iterdir()}

        assert shipped == {file.name: file.read_bytes() for file in (DEPLOY / folder).iterdir()}


@pytest.mark.skipif(shutil.which("caddy") is None, reason="not run: no caddy on this machine")
def test_caddy_takes_its_file() -> None:
    file = DEPLOY / "caddy" / "Caddyfile"
    run(["caddy", "validate", "--adapter", "caddyfile", "--config", file])

    assert subprocess.run(["caddy", "fmt", file], capture_output=True, text=True).stdout == file.read_text()
