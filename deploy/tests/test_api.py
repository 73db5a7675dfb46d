"""Calls of every kind against the whole API of a running server, by schemathesis from the contract.

Nothing that a caller sends makes the server fail, and its answers are what the contract promises. Bounded and seeded here;
docs/fuzzing.md tells the long way.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import HOME, ROOT, Api, credentials_of, ports_of, started

PROGRAM = os.environ.get("ROUNDELAY_TEST_SCHEMATHESIS", "")
CONFIG = Path(__file__).with_name("schemathesis.toml")
# For each identity; `docs/fuzzing.md` sets more.
SECONDS = int(os.environ.get("ROUNDELAY_API_SECONDS", "30"))
SEED = os.environ.get("ROUNDELAY_API_SEED", "1")
PASSWORD = "a password for the fuzzer"

# What a caller may do to itself, after which all further answers are the same refusal; and streams, which never end.
STREAMS = ("jobEvents", "jobListEvents")
SUICIDES = ("signOut", "changePassword", "revokeApiKey", "updateUser", "deleteUser", "leaveWorker")

pytestmark = pytest.mark.skipif(not PROGRAM, reason="not run: scripts/setup --test installs schemathesis")


@dataclass(frozen=True)
class Server:
    url: str
    data: Path
    errors: Path

    def call(self, method: str, path: str, body: object, headers: dict[str, str]) -> tuple[dict, dict[str, str]]:
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", **headers},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer), dict(answer.headers)

    def session(self, email: str, password: str) -> dict[str, str]:
        """Signs in and returns the headers of further calls."""
        said, headers = self.call("POST", "/api/v1/session", {"email": email, "password": password}, {})
        return {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": said["csrfToken"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("api")
    data = folder / "data"
    command = [HOME / "bin" / "roundelay", "server", "--data-dir", data, "--port", "0", "--s3-port", "0"]
    with started(command, "server ready", folder):
        yield Server(f"http://127.0.0.1:{ports_of(data)['api']}", data, next(folder.glob("*.err")))


@pytest.fixture(scope="module")
def administrator(server: Server) -> dict[str, str]:
    kept = credentials_of(server.data)
    return server.session(kept["ROUNDELAY_EMAIL"], kept["ROUNDELAY_PASSWORD"])


@pytest.fixture(scope="module")
def user(server: Server, administrator: dict[str, str]) -> dict[str, str]:
    """A normal user's API key, and a bucket that it opened."""
    email = "fuzzer@example.org"
    server.call("POST", "/api/v1/users", {"email": email, "password": PASSWORD}, administrator)
    key, _ = server.call("POST", "/api/v1/api-keys", {"name": "fuzzer"}, server.session(email, PASSWORD))
    headers = {"Authorization": f"Bearer {key['secret']}"}
    server.call("POST", "/api/v1/bucket", {}, headers)
    return headers


@pytest.fixture(scope="module")
def worker(server: Server, administrator: dict[str, str]) -> dict[str, str]:
    token, _ = server.call("POST", "/api/v1/worker-tokens", {}, administrator)
    machine = {
        "name": "fuzzed",
        "protocol": 1,
        "slots": 1,
        "device": "cpu",
        "model": "cpu",
        "memoryMb": 1000,
        "labels": {},
        "datasets": [],
        "versions": {},
    }
    joined, _ = server.call("POST", "/worker/v1/register", machine, {"Authorization": f"Bearer {token['secret']}"})
    return {"Authorization": f"Bearer {joined['secret']}"}


def fuzz(server: Server, headers: dict[str, str], folder: Path, *choice: str) -> None:
    """Runs the fuzzer as one identity; its words are the failure's."""
    command = [PROGRAM, "--config-file", str(CONFIG), "run", str(ROOT / "contract" / "openapi.yaml"), "--url", server.url]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    for operation in (*STREAMS, *SUICIDES):
        command += ["--exclude-operation-id", operation]
    command += ["--seed", SEED, "--max-time", str(SECONDS), "--request-timeout", "30", "--generation-database", "none"]
    command += ["--no-color", "--no-shrink", "--warnings", "off", *choice]
    ended = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=10 * SECONDS + 300
    )
    assert ended.returncode == 0, ended.stdout[-20_000:]
    assert "passed" in ended.stdout, ended.stdout[-5_000:]


def test_nothing_that_a_user_sends_makes_the_server_fail(server: Server, user: dict[str, str], tmp_path: Path) -> None:
    fuzz(server, user, tmp_path, "--exclude-path-regex", "^/worker/")
    assert_alive(server, user)


def test_nothing_that_an_administrator_sends_makes_the_server_fail(
    server: Server, administrator: dict[str, str], tmp_path: Path
) -> None:
    fuzz(server, administrator, tmp_path, "--exclude-path-regex", "^/worker/")


def test_nothing_that_a_worker_sends_makes_the_server_fail(
    server: Server, worker: dict[str, str], user: dict[str, str], tmp_path: Path
) -> None:
    fuzz(server, worker, tmp_path, "--include-path-regex", "^/worker/")
    assert_alive(server, user)


def assert_alive(server: Server, user: dict[str, str]) -> None:
    assert Api(server.url, user["Authorization"].removeprefix("Bearer ")).json("/api/v1/me")["role"] == "user"
