"""Every mistake of docs/troubleshooting.md, made against the product: what is said must be what the page quotes."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Optional

import pytest

from running import LAUNCHER, ROOT, Product

sys.path.insert(0, str(ROOT / "sdk-python" / "src"))

from roundelay import Job, Roundelay, RoundelayError  # noqa: E402

PAGE = ROOT / "docs" / "troubleshooting.md"
# `…` stands for what differs from user to user.
SECTION = re.compile(r"^## (?P<mistake>.+)\n(?:.*\n)*?```text\n(?P<said>(?:.*\n)*?)```", re.M)
JOB_SECONDS = 180

MODEL = """\
import numpy
{head}

class Net:
    def __init__(self):
        self.weights = {{"w": numpy.zeros(2, dtype="float32")}}

    def state_dict(self):
        return self.weights

    def load_state_dict(self, state):
        self.weights = dict(state)


def fl_train(model, env, out_dir, logger=None):
    {body}
    return {{"weights": model.state_dict(), "samples": 1}}
"""


class Session:
    """A signed-in person: what API keys may not do."""

    def __init__(self, product: Product, email: str, password: str) -> None:
        self._url = product.credentials["RESON_BASE_URL"] + "/api/v1"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self._csrf = ""
        self._csrf = self.call("POST", "/session", {"email": email, "password": password})["csrfToken"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self._url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", "X-CSRF-Token": self._csrf},
        )
        with self._opener.open(request, timeout=30) as answer:
            return json.loads(answer.read() or b"{}")


class User:
    """A new user, who makes one mistake after the other."""

    def __init__(self, product: Product, folder: Path) -> None:
        self.product = product
        self.folder = folder
        self.url = product.credentials["RESON_BASE_URL"]
        self.admin = Session(product, product.credentials["ROUNDELAY_EMAIL"], product.credentials["ROUNDELAY_PASSWORD"])
        self.client = self.with_key(product.credentials["RESON_API_KEY"])
        self._bare: Optional[subprocess.Popen[str]] = None

    def with_key(self, key: str) -> Roundelay:
        return Roundelay(self.url, key, environment={}, profile=self.folder / "no-profile", cache=self.folder / "cache")

    def model(self, name: str, *, head: str = "", body: str = "pass", text: str = MODEL) -> str:
        path = self.folder / f"{name}.py"
        path.write_text(text.format(head=head, body=body))
        return f"{path}:Net"

    def shards(self, name: str, count: int = 1, bytes_each: int = 10) -> Path:
        folder = self.folder / name
        folder.mkdir()
        for number in range(1, count + 1):
            with zipfile.ZipFile(folder / f"shard_{number}.zip", "w") as shard:
                shard.writestr("data.bin", os.urandom(bytes_each))
        return folder

    def failure(self, job: Job) -> str:
        waiting, deadline = threading.Event(), JOB_SECONDS / 0.3
        while not (now := self.client.jobs.get(job.id)).state.is_terminal and deadline > 0:
            waiting.wait(0.3)
            deadline -= 1
        assert now.failure is not None, now
        return str(now.failure)

    def bare_worker(self) -> str:
        """Starts a worker whose Python has no torch, and returns its id."""
        if self._bare is None:
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.folder / "bare"], check=True)
            token = self.product.credentials["ROUNDELAY_WORKER_TOKEN"]
            self._bare = self.worker("bare", token, "--python", str(self.folder / "bare" / "bin" / "python"))
            assert self._bare.stdout is not None
            assert "ready" in self._bare.stdout.readline()
        return next(worker.id for worker in self.client.workers.list() if worker.name == "bare")

    def stop_bare_worker(self) -> None:
        if self._bare is not None and self._bare.poll() is None:
            self._bare.send_signal(signal.SIGTERM)
            self._bare.wait(30)

    def await_offline(self, worker: str) -> None:
        deadline = time.monotonic() + 60
        while any(one.id == worker and str(one.state) != "offline" for one in self.client.workers.list()):
            assert time.monotonic() < deadline, "the worker is not noticed to be gone"
            threading.Event().wait(0.2)

    def worker(self, name: str, token: str, *options: str) -> subprocess.Popen[str]:
        command = [str(LAUNCHER), "worker", "--server", self.url, "--token", token, "--name", name]
        command += ["--data-dir", str(self.folder / f"worker-{name}"), *options]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture(scope="module")
def user(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    user = User(product, tmp_path_factory.mktemp("user"))
    yield user
    user.stop_bare_worker()


def said(action: Callable[[], Any]) -> str:
    with pytest.raises(RoundelayError) as error:
        action()
    return str(error.value)


def wrong_key(user: User) -> str:
    return said(lambda: user.with_key("rsk_live_mistyped").jobs.list())


def foreign_bucket(user: User) -> str:
    import boto3
    from botocore.exceptions import ClientError

    own = user.product.credentials
    s3 = boto3.client(
        "s3",
        endpoint_url=own["RESON_S3_ENDPOINT"],
        aws_access_key_id=own["RESON_S3_KEY"],
        aws_secret_access_key=own["RESON_S3_SECRET"],
        region_name=own["RESON_S3_REGION"],
    )
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket="my-bucket", Key="a", Body=b"x")
    return str(error.value)


def empty_shard(user: User) -> str:
    folder = user.folder / "empty"
    folder.mkdir()
    with zipfile.ZipFile(folder / "shard_1.zip", "w"):
        pass
    return said(lambda: user.client.rt_submit(user.model("empty-model"), "empty", folder))


def class_elsewhere(user: User) -> str:
    text = MODEL.split("def fl_train")[0]
    return said(lambda: user.client.rt_submit(user.model("lonely", text=text), "lonely", user.shards("lonely-shards")))


def missing_import(user: User) -> str:
    model = user.model("importing", head="import pandaz")
    return user.failure(user.client.rt_submit(model, "importing", user.shards("importing-shards"), requirements_txt=["numpy"]))


def misspelt_package(user: User) -> str:
    job = user.client.rt_submit(user.model("misspelt"), "misspelt", user.shards("misspelt-shards"), requirements_txt=["numpy", "scikit-lern"])
    return user.failure(job)


def incompatible_package(user: User) -> str:
    job = user.client.rt_submit(user.model("pinned"), "pinned", user.shards("pinned-shards"), requirements_txt=["numpy==1.0"])
    return user.failure(job)


def port_in_use(user: User) -> str:
    port = user.url.rsplit(":", 1)[1]
    command = [str(LAUNCHER), "server", "--data-dir", str(user.folder / "second"), "--port", port, "--s3-port", "0"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2, ran
    return ran.stderr


def no_torch(user: User) -> str:
    worker = user.bare_worker()
    return str(user.client.rt_preflight(user.model("torchless"), "torchless", user.shards("torchless-shards"), worker_ids=[worker]))


def worker_offline(user: User) -> str:
    worker = user.bare_worker()
    user.stop_bare_worker()
    user.await_offline(worker)
    return str(user.client.rt_preflight(user.model("away"), "away", user.shards("away-shards"), worker_ids=[worker]))


def quota_reached(user: User) -> str:
    me = user.admin.call("GET", "/me")
    used = user.admin.call("GET", "/bucket/usage")
    user.admin.call("PATCH", f"/users/{me['id']}", {"quotaBytes": used["usedBytes"] + 1_000_000})
    try:
        shards = user.shards("large-shards", bytes_each=3_000_000)
        return said(lambda: user.client.rt_submit(user.model("large"), "large", shards))
    finally:
        user.admin.call("PATCH", f"/users/{me['id']}", {"quotaBytes": used["quotaBytes"]})


def expired_token(user: User) -> str:
    token = user.admin.call("POST", "/worker-tokens", {"ttlSeconds": 1})
    ends = datetime.fromisoformat(re.sub(r"\.\d+Z$|Z$", "+00:00", token["expiresAt"])).timestamp() + 1
    while time.time() <= ends:
        threading.Event().wait(0.05)
    late = user.worker("late", token["secret"])
    output, _ = late.communicate(timeout=60)
    assert late.returncode == 3, output
    return output


MISTAKES = {
    "A wrong API key": wrong_key,
    "A bucket that is not yours": foreign_bucket,
    "An empty shard": empty_shard,
    "The class and fl_train are not together": class_elsewhere,
    "A module that is not there": missing_import,
    "A misspelt package": misspelt_package,
    "A version that no Python of the worker's age can install": incompatible_package,
    "A port in use": port_in_use,
    "No torch on the worker": no_torch,
    "A worker that is offline": worker_offline,
    "The quota is reached": quota_reached,
    "An expired join token": expired_token,
}


def quoted() -> dict[str, str]:
    return {found["mistake"]: found["said"] for found in SECTION.finditer(PAGE.read_text(encoding="utf-8"))}


def test_an_operator_gives_a_new_password_while_the_server_runs(user: User) -> None:
    user.admin.call("POST", "/users", {"email": "ada@example.org", "password": "forgotten-by-ada"})
    reset = [str(LAUNCHER), "admin", "reset-password", "--data-dir", str(user.product.data)]

    done = subprocess.run([*reset, "ada@example.org"], capture_output=True, text=True, timeout=120)
    unknown = subprocess.run([*reset, "eve@example.org"], capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done
    assert Session(user.product, "ada@example.org", done.stdout.strip()).call("GET", "/me")["email"] == "ada@example.org"
    with pytest.raises(urllib.error.HTTPError):
        Session(user.product, "ada@example.org", "forgotten-by-ada")
    assert unknown.returncode == 5 and "ada@example.org" in unknown.stderr, unknown


def test_an_operator_sees_how_the_server_stands(user: User, tmp_path: Path) -> None:
    data = str(user.product.data)

    status = subprocess.run([str(LAUNCHER), "status", "--data-dir", data], capture_output=True, text=True, timeout=120)
    bundle = [str(LAUNCHER), "admin", "support-bundle", "--data-dir", data, str(tmp_path / "s.zip")]
    written = subprocess.run(bundle, capture_output=True, text=True, timeout=120)

    assert status.returncode == 0 and written.returncode == 0, (status, written)
    assert "online 3" in status.stdout and "blobs" in status.stdout and "queue" in status.stdout
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "online 3" in text
    assert not [value for name, value in user.product.credentials.items() if ("KEY" in name or "TOKEN" in name) and value in text]


def test_the_page_has_the_mistakes_that_are_made_here() -> None:
    assert list(quoted()) == list(MISTAKES)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_as_the_page_says(user: User, mistake: str) -> None:
    text = MISTAKES[mistake](user)
    print(text)

    for line in quoted()[mistake].splitlines():
        pattern = ".*".join(re.escape(part.strip()) for part in line.split("…"))
        assert re.search(pattern, text), f"no '{line}' in:\n{text}"
