"""The line that the workers page shows, on a second machine, for a server that made its certificate by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import HOME, TORCH_PYTHON, Api, credentials_of, eventually, ports_of, run, started
from network import Forward, SecondMachine, second_machine, why_not

NOT_HERE = why_not()
pytestmark = pytest.mark.skipif(NOT_HERE is not None, reason=str(NOT_HERE))


class Site:
    """A server with --tls-auto here, and a machine elsewhere that trusts nothing of it yet."""

    def __init__(self, machine: SecondMachine, url: str, data: Path, environment: dict[str, str]) -> None:
        self.machine = machine
        self.url = url
        self.environment = environment
        self.credentials = credentials_of(data)
        self.api = Api(url, self.credentials["RESON_API_KEY"], data / "tls" / "ca.pem")

    def join(self, token: str, folder: Path, options: str) -> list[str]:
        """The line of docs/guides/tls.md (web/src/features/workers/joinLine.ts), in a folder of its own."""
        folder.mkdir()
        line = (
            f"cd {folder} && (umask 077; printf '%s' '{token}' > roundelay-token) && "
            f"curl -fsSk '{self.url}/ca.crt' -o roundelay-ca.crt && "
            f"echo '{token.rpartition('.')[2]}  roundelay-ca.crt' | sha256sum -c - && "
            "{ echo '-----BEGIN CERTIFICATE-----'; base64 roundelay-ca.crt; echo '-----END CERTIFICATE-----'; } "
            "> roundelay-ca.pem && "
            f"curl -fsSL --cacert roundelay-ca.pem '{self.url}/join.sh' | "
            f"sh -s -- --token-file roundelay-token --cacert roundelay-ca.pem {options}"
        )
        return self.machine.command("sh", "-c", line)

    def workers(self) -> dict[str, str]:
        return {worker["name"]: worker["state"] for worker in self.api.json("/api/v1/workers")["items"]}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, without_java: dict[str, str]) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with second_machine() as machine:
        door = Forward(machine.host)
        url = f"https://{machine.host}:{door.port}"
        command = [HOME / "bin" / "roundelay", "server", "--data-dir", folder / "data", "--port", "0", "--s3-port", "0"]
        with started([*command, "--tls-auto", "--public-url", url], "server ready", folder):
            door.to("127.0.0.1", ports_of(folder / "data")["api"])
            yield Site(machine, url, folder / "data", without_java)
        door.close()


def test_the_line_joins_a_machine_that_trusts_nothing_but_the_fingerprint(site: Site, tmp_path: Path) -> None:
    data = tmp_path / "worker"
    options = f"--foreground --name pinned --data-dir {data} --python {TORCH_PYTHON}"
    line = site.join(site.credentials["ROUNDELAY_WORKER_TOKEN"], tmp_path / "home", options)

    with started(line, "worker ready", tmp_path, site.environment):
        eventually("the server sees it work", 60, lambda: site.workers().get("pinned") == "online")

    assert "no worker any more" in run(site.machine.command(data / "program" / "leave"), site.environment)


def test_the_line_trusts_nothing_with_another_fingerprint(site: Site, tmp_path: Path) -> None:
    token = site.credentials["ROUNDELAY_WORKER_TOKEN"].rpartition(".")[0] + "." + "ab" * 32
    line = site.join(token, tmp_path / "home", f"--foreground --data-dir {tmp_path / 'worker'}")

    ended = subprocess.run(line, env=site.environment, capture_output=True, text=True, timeout=180)

    assert ended.returncode != 0
    assert "FAILED" in ended.stdout
    assert not (tmp_path / "worker").exists()
    assert not (tmp_path / "home" / "roundelay-ca.pem").exists()
