"""The nginx examples, run in front of a real server: a worker, events as they happen, and a path of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from authority import Authority
from conftest import HOME, MODEL, ROOT, TORCH_PYTHON, Api, credentials_of, eventually, needs, ports_of, run, started, tool

EXAMPLES = ROOT / "deploy" / "nginx"
pytestmark = needs("nginx")

SUBMIT = """\
import sys
from roundelay import FederationConfig, Roundelay

with Roundelay() as client:
    print(client.rt_submit("model_def.py:Model", sys.argv[1], "shards", federation=FederationConfig(num_rounds=1)).id)
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@dataclass(frozen=True)
class Behind:
    """A server behind a proxy."""

    api: Api
    credentials: dict[str, str]
    authority: Authority
    folder: Path

    def submit(self, name: str) -> str:
        reader = self.folder / "reader"
        (reader / "shards").mkdir(parents=True, exist_ok=True)
        (reader / "model_def.py").write_text(MODEL)
        with zipfile.ZipFile(reader / "shards" / "shard_1.zip", "w") as shard:
            shard.writestr("sample.txt", "data")
        settings = {"ROUNDELAY_URL": self.api.url, "ROUNDELAY_API_KEY": self.api.key}
        settings |= {"SSL_CERT_FILE": str(self.authority.certificate), "PYTHONPATH": str(ROOT / "sdk-python" / "src")}
        return run([sys.executable, "-c", SUBMIT, name], {**os.environ, **settings}, cwd=reader).split()[-1]

    @contextmanager
    def worker(self, name: str) -> Iterator[None]:
        token = self.folder / "token"
        token.write_text(self.credentials["ROUNDELAY_WORKER_TOKEN"])
        command = [HOME / "bin" / "roundelay", "worker", "--server", self.api.url, "--token-file", token, "--name", name]
        command += ["--cacert", self.authority.certificate, "--data-dir", self.folder / name, "--python", TORCH_PYTHON]
        with started(command, "worker ready", self.folder):
            yield


@contextmanager
def nginx(folder: Path, http: str, port: int) -> Iterator[None]:
    """Runs nginx with an example in its http block, in this folder and without a master of its own."""
    (folder / "temporary").mkdir()
    paths = "".join(
        f"{kind}_temp_path {folder}/temporary/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # As root it would drop to a user that cannot read this folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    alone = f"{user}pid {folder}/nginx.pid;\ndaemon off;\nmaster_process off;\nevents {{}}\n"
    file.write_text(f"{alone}http {{\naccess_log off;\n{paths}\n{http}\n}}\n")
    errors = folder / "nginx.err"
    command = [str(tool("nginx")), "-p", str(folder), "-e", str(errors), "-c", str(file)]
    run([*command, "-t"])
    process = subprocess.Popen(command)
    try:

        def answers() -> bool:
            assert process.poll() is None, errors.read_text()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        eventually("nginx listens", 30, answers)
        yield
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def behind(folder: Path, path: str) -> Iterator[Behind]:
    """The whole, as the examples have it but for names, ports and certificates."""
    authority = Authority(folder)
    certificate, key = authority.sign("127.0.0.1")
    port = free_port()
    url = f"https://127.0.0.1:{port}{path}"
    command = [HOME / "bin" / "roundelay", "server", "--data-dir", folder / "data", "--port", "0", "--s3-port", "0"]
    command += ["--behind-tls-proxy", "--public-url", url]
    with started(command, "server ready", folder):
        ports = ports_of(folder / "data")
        tls = f"ssl_certificate {certificate};\nssl_certificate_key {key};\n"
        if path:
            example = (EXAMPLES / "roundelay-sub-path.conf").read_text()
            http = f"server {{\nlisten 127.0.0.1:{port} ssl;\n{tls}{example}\n}}\n"
        else:
            lines = (EXAMPLES / "roundelay.conf").read_text().splitlines()
            # Two names on one address: nginx tells them apart by name, and takes the first for a bare address.
            http = "\n".join(line for line in lines if "ssl_certificate" not in line)
            http = http.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;\n{tls}")
        http = http.replace("127.0.0.1:8000", f"127.0.0.1:{ports['api']}").replace("127.0.0.1:3900", f"127.0.0.1:{ports['s3']}")
        with nginx(folder, http, port):
            credentials = credentials_of(folder / "data")
            yield Behind(Api(url, credentials["RESON_API_KEY"], authority.certificate), credentials, authority, folder)


@pytest.mark.parametrize("path", ["", "/roundelay"], ids=["own name", "below a path"])
def test_workers_and_clients_pass_and_events_come_as_they_happen(tmp_path: Path, path: str) -> None:
    with behind(tmp_path, path) as site:
        with site.worker("through-nginx"):
            ended = site.api.ended(site.submit("first"))

            assert ended["state"] == "FINISHED", ended["failure"]
            assert ended["dashboardUrl"].startswith(site.api.url)

        # Nobody works now: the job waits, so its stream stays open and only unbuffered events arrive.
        waiting = site.submit("second")
        with site.api.open(f"/api/v1/jobs/{waiting}/events", timeout=20, Accept="text/event-stream") as events:
            heard = next(line for line in events if line.startswith(b"data:"))

        assert waiting.encode() in heard or b"PENDING" in heard, heard
