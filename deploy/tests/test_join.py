"""join.sh on a second machine, over TLS by an authority of one's own, through the server's one port."""

from __future__ import annotations

import os
import pwd
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from authority import Authority
from conftest import HOME, MODEL, ROOT, TORCH_PYTHON, Api, credentials_of, eventually, ports_of, run, started
from network import Forward, SecondMachine, second_machine, why_not

NOT_HERE = why_not()
pytestmark = pytest.mark.skipif(NOT_HERE is not None, reason=str(NOT_HERE))

SUBMIT = """\
from roundelay import FederationConfig, Roundelay

print(Roundelay().rt_submit("model_def.py:Model", "far away", "shards", federation=FederationConfig(num_rounds=2)).id)
"""


@dataclass(frozen=True)
class Site:
    """A server here and a machine elsewhere."""

    machine: SecondMachine
    url: str
    authority: Authority
    credentials: dict[str, str]
    api: Api
    # What the second machine has: no Java.
    environment: dict[str, str]
    folder: Path

    def script(self) -> str:
        """The script as the second machine gets it."""
        return run(
            self.machine.command("curl", "-fsSL", "--cacert", self.authority.certificate, f"{self.url}/join.sh"),
            self.environment,
        )

    def token(self, text: str | None = None) -> Path:
        file = self.folder / f"token-{len(list(self.folder.iterdir()))}"
        file.write_text(text or self.credentials["ROUNDELAY_WORKER_TOKEN"])
        return file

    def join(self, *options: object, script: str | None = None, **environment: str) -> subprocess.CompletedProcess:
        """Pipes the script into a shell over there, as the line in the documentation does."""
        return subprocess.run(
            self.machine.command("sh", "-s", "--", *options),
            input=script or self.script(),
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=180,
        )

    def workers(self) -> dict[str, str]:
        return {worker["name"]: worker["state"] for worker in self.api.json("/api/v1/workers")["items"]}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, without_java: dict[str, str]) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    authority = Authority(folder)
    with second_machine() as machine:
        door = Forward(machine.host)
        certificate, key = authority.sign(machine.host)
        url = f"https://{machine.host}:{door.port}"
        command = [HOME / "bin" / "roundelay", "server", "--data-dir", folder / "data", "--port", "0", "--s3-port", "0"]
        command += ["--tls-cert", certificate, "--tls-key", key, "--public-url", url]
        with started(command, "server ready", folder):
            door.to("127.0.0.1", ports_of(folder / "data")["api"])
            credentials = credentials_of(folder / "data")
            api = Api(url, credentials["RESON_API_KEY"], authority.certificate)
            yield Site(machine, url, authority, credentials, api, without_java, folder)
        door.close()


def test_a_machine_joins_through_one_port_and_trains(site: Site, tmp_path: Path) -> None:
    data = tmp_path / "worker"
    # The line of the documentation, pipe and all.
    line = (
        f"curl -fsSL --cacert {site.authority.certificate} {site.url}/join.sh | sh -s -- --token-file {site.token()} "
        f"--cacert {site.authority.certificate} --foreground --name 'far away' --data-dir {data} --python {TORCH_PYTHON}"
    )
    with started(site.machine.command("sh", "-c", line), "worker ready", tmp_path, site.environment):
        eventually("the server sees it work", 30, lambda: site.workers().get("far away") == "online")
        reader = tmp_path / "reader"
        (reader / "shards").mkdir(parents=True)
        (reader / "model_def.py").write_text(MODEL)
        with zipfile.ZipFile(reader / "shards" / "shard_1.zip", "w") as shard:
            shard.writestr("sample.txt", "data")
        settings = {"ROUNDELAY_URL": site.url, "ROUNDELAY_API_KEY": site.credentials["RESON_API_KEY"]}
        trust = {"SSL_CERT_FILE": str(site.authority.certificate), "PYTHONPATH": str(ROOT / "sdk-python" / "src")}

        job = run([sys.executable, "-c", SUBMIT], {**os.environ, **settings, **trust}, cwd=reader).split()[-1]
        ended = site.api.ended(job)

        assert ended["state"] == "FINISHED", ended["failure"]
        assert ended["round"] == 2
        # It ran on the runtime that came from the server, and nothing else of the server could be reached.
        assert (data / "program" / "jre" / "release").exists()
        reach = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3).close()"
        for port in ports_of(site.folder / "data").values():
            refused = subprocess.run(
                site.machine.command(TORCH_PYTHON, "-c", reach, site.machine.host, port), capture_output=True
            )
            assert refused.returncode != 0, f"port {port} is open"

    left = run(site.machine.command(data / "program" / "leave"), site.environment)

    assert "no worker any more" in left
    assert sorted(path.name for path in data.iterdir()) == ["ran.jsonl"]
    eventually("the server has forgotten it", 30, lambda: "far away" not in site.workers())


def refusal(site: Site, tmp_path: Path, *options: object, script: str | None = None, **environment: str) -> str:
    """A join that must be refused and leave nothing behind; returns what it said."""
    data = tmp_path / "refused"
    ended = site.join(*options, "--foreground", "--data-dir", data, "--python", TORCH_PYTHON, script=script, **environment)

    assert ended.returncode == 3, ended.stderr
    assert "nothing was changed" in ended.stderr
    assert not data.exists(), list(data.rglob("*"))
    return ended.stderr


def test_a_wrong_token_is_named(site: Site, tmp_path: Path) -> None:
    trust = ("--cacert", site.authority.certificate)

    assert "[token]" in refusal(site, tmp_path, *trust, "--token-file", site.token("rwt_nobody_minted_this"))
    assert "[token]" in refusal(site, tmp_path, *trust, "--token-file", site.token("something else"))
    assert "[token]" in refusal(site, tmp_path, *trust, "--token-file", tmp_path / "missing")
    assert "[token]" in refusal(site, tmp_path, *trust)
    assert "use --token-file" in refusal(site, tmp_path, *trust, "--token", "rwt_seen_by_everybody")


def test_an_unknown_authority_is_named(site: Site, tmp_path: Path) -> None:
    assert "[certificate]" in refusal(site, tmp_path, "--token-file", site.token())
    assert "[certificate]" in refusal(site, tmp_path, "--token-file", site.token(), "--cacert", tmp_path / "missing")


def test_a_name_that_is_taken_is_named(site: Site, tmp_path: Path) -> None:
    trust = ("--cacert", site.authority.certificate)
    first = tmp_path / "first"
    script = site.script().replace("/etc/systemd/system", str(tmp_path))
    options = ["--no-start", "--name", "twice", "--data-dir", first, "--python", TORCH_PYTHON]
    joined = site.join(*trust, "--token-file", site.token(), *options, script=script)
    assert joined.returncode == 0, joined.stderr

    assert "[name]" in refusal(site, tmp_path, *trust, "--token-file", site.token(), "--name", "twice")

    run(site.machine.command(first / "program" / "leave"), site.environment)


def test_a_missing_bubblewrap_is_named(site: Site, tmp_path: Path) -> None:
    poor = tmp_path / "bin"
    shutil.copytree(site.environment["PATH"], poor, symlinks=True)
    (poor / "bwrap").unlink()

    said = refusal(site, tmp_path, "--cacert", site.authority.certificate, "--token-file", site.token(), PATH=str(poor))

    assert "[no bubblewrap]" in said


def test_bytes_that_are_not_the_servers_are_refused(site: Site, tmp_path: Path) -> None:
    script = site.script()
    start = script.index("runtime_sha256=") + len("runtime_sha256=")
    wrong = script[:start] + "0" * 64 + script[start + 64 :]

    said = refusal(site, tmp_path, "--cacert", site.authority.certificate, "--token-file", site.token(), script=wrong)

    assert "[checksum] runtime.tar.gz" in said


def test_a_script_that_broke_off_does_nothing(site: Site, tmp_path: Path) -> None:
    data = tmp_path / "worker"
    half = site.script().rsplit("\n", 2)[0]

    ended = site.join("--cacert", site.authority.certificate, "--token-file", site.token(), "--data-dir", data, script=half)

    assert not data.exists(), ended


class Clock(BaseHTTPRequestHandler):
    """A server whose clock is an hour ahead."""

    def do_GET(self) -> None:
        self.send_response_only(200)
        self.send_header("Date", formatdate(time.time() + 3600, usegmt=True))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("days", "said"), [(30, "set the clock"), (-1, "not valid at this machine's time")])
def test_a_clock_that_is_off_is_named(site: Site, tmp_path: Path, days: int, said: str) -> None:
    server = ThreadingHTTPServer((site.machine.host, 0), Clock)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*site.authority.sign(site.machine.host, days=days))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script = site.script().replace(site.url, f"https://{site.machine.host}:{server.server_port}")
    try:
        heard = refusal(site, tmp_path, "--cacert", site.authority.certificate, "--token-file", site.token(), script=script)
    finally:
        server.shutdown()
        server.server_close()

    assert "[clock]" in heard and said in heard


def test_root_is_not_needed(site: Site) -> None:
    # Below a folder that another user may enter, which a test's own is not.
    with tempfile.TemporaryDirectory(prefix="roundelay-user-") as home:
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        for name, text in (
            ("token", site.credentials["ROUNDELAY_WORKER_TOKEN"]),
            ("ca", site.authority.certificate.read_text()),
        ):
            (Path(home) / name).write_text(text)
        # And the machine's programs without the folder of links that only root may enter.
        environment = {"PATH": "/usr/bin", "HOME": home}
        become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        line = f"cat {home}/script | sh -s -- --token-file token --cacert ca --no-start --name by-user --python {TORCH_PYTHON}"
        (Path(home) / "script").write_text(site.script())

        run(site.machine.command(*become, "sh", "-c", line), environment, cwd=home)

        data = Path(home) / ".local/share/roundelay-worker"
        unit = Path(home) / ".config/systemd/user/roundelay-worker.service"
        assert "WantedBy=default.target" in unit.read_text()
        assert {path.owner() for path in data.rglob("*")} == {"nobody"}
        assert data.stat().st_mode & 0o077 == 0
        assert "by-user" in site.workers()

        run(site.machine.command(*become, data / "program" / "leave"), environment, cwd=home)

        assert not data.exists() and not unit.exists()
        assert "by-user" not in site.workers()


def test_the_service_is_installed_for_systemd_and_taken_away(site: Site, tmp_path: Path) -> None:
    data = tmp_path / "odd $name %h"
    token = site.token()
    units = tmp_path / "units"
    script = site.script().replace("/etc/systemd/system", str(units))
    options = ["--cacert", site.authority.certificate, "--name", "served", "--data-dir", data, "--python", TORCH_PYTHON]

    joined = site.join(*options, "--token-file", token, "--no-start", script=script)

    assert joined.returncode == 0, joined.stderr
    unit = units / "roundelay-worker.service"
    assert str(token) not in unit.read_text()
    if shutil.which("systemd-analyze"):
        run(["systemd-analyze", "verify", "--man=no", unit])
    again = site.join(*options, "--no-start", script=script)
    assert again.returncode == 0, again.stderr
    assert list(site.workers()).count("served") == 1

    left = site.join("leave", "--data-dir", data, script=script)

    assert left.returncode == 0, left.stderr
    assert not unit.exists() and not data.exists()
    assert "served" not in site.workers()
