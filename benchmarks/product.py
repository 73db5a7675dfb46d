"""The product as processes, and just enough of its API."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urlencode

import numpy
from add_one import largest_error
from processes import below, command, parents

READY_SECONDS = 300
LOOK_AGAIN_SECONDS = 0.2
# For ten thousand workers to join.
FLEET_SECONDS = 1_200
# For the largest models on a slow machine.
JOB_SECONDS = 1_800
# Options that only one kind of program has: its main class stands in no command line where a jar of its own starts it.
SERVER = b"\0--s3-port\0"
WORKER = b"\0--name\0"
# Of a server's warnings and errors.
TOLD_LINES = 10
ENDED = ("FINISHED", "FAILED", "CANCELLED")


class Api:
    """The API with the key of a data folder's credentials.env."""

    def __init__(self, data: Path) -> None:
        lines = (data / "credentials.env").read_text().splitlines()
        self.credentials = dict(line.split("=", 1) for line in lines if "=" in line)

    def call(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json", **query: Any) -> Any:
        with urllib.request.urlopen(self._request(method, path, body, kind, query), timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        kind: str = "application/json",
        query: dict[str, Any] | None = None,
    ) -> urllib.request.Request:
        url = f"{self.credentials['RESON_BASE_URL']}/api/v1{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": "Bearer " + self.credentials["RESON_API_KEY"], "Content-Type": kind}
        return urllib.request.Request(url, body, headers, method=method)

    def download(self, path: str, **query: Any) -> bytes:
        with urllib.request.urlopen(self._request("GET", path, query=query), timeout=600) as answer:
            content: bytes = answer.read()
            return content

    def upload(self, key: str, content: bytes) -> None:
        upload = self.call("POST", "/uploads", json.dumps({"key": key, "sizeBytes": len(content)}).encode())
        self.call("PUT", f"/uploads/{upload['id']}/parts/1", content, "application/octet-stream")
        self.call("POST", f"/uploads/{upload['id']}/complete")

    def submit(
        self, name: str, sites: int, megabytes: int, rounds: int, seconds: float = 0, module: str = "add_one.py"
    ) -> dict[str, Any]:
        """Sends a job of a module of this folder whose training takes so long."""
        self.upload_inputs(name, sites, module)
        return self.submit_again(name, name, megabytes, rounds, seconds)

    def upload_inputs(self, name: str, sites: int, module: str = "add_one.py") -> None:
        """Puts the files of a job into the bucket, eight at a time."""
        folder = f"jobs/{name}/"
        self.upload(folder + "scripts/model_def.py", (Path(__file__).parent / module).read_bytes())
        keys = [f"{folder}shards/shard_{site}.zip" for site in range(sites)]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda key: self.upload(key, _shard()), keys))

    def submit_again(
        self, name: str, inputs: str, megabytes: int, rounds: int, seconds: float = 0, **more: Any
    ) -> dict[str, Any]:
        """Sends a job on inputs that are in the bucket; `more` are further parts of its spec."""
        folder = f"jobs/{inputs}/"
        spec = {
            "name": name, "scripts": folder + "scripts/", "shards": folder + "shards/",
            "model": {"class": "Net", "args": {"megabytes": megabytes}},
            "federation": {"rounds": rounds},
            "training": {"extra": {"SECONDS": seconds}},
        }  # fmt: skip
        job: dict[str, Any] = self.call("POST", "/jobs", json.dumps(spec | more).encode())
        return job

    def run_job(
        self, name: str, sites: int, megabytes: int, rounds: int, look_again_seconds: float = LOOK_AGAIN_SECONDS
    ) -> dict[str, Any]:
        """Runs a job of add_one.py, checks its weights and returns its rounds, with the wall time of submit and end."""
        submitted = time.time()
        job = self.await_finished(self.submit(name, sites, megabytes, rounds)["id"], look_again_seconds)
        finished = time.time()
        largest_error(_tensors(self.download(f"/jobs/{job['id']}/model", format="safetensors")), megabytes, sites, rounds)
        return {"submitted": submitted, "finished": finished, "job": job, "rounds": self.rounds(job["id"])}

    def rounds(self, job: str) -> list[dict[str, Any]]:
        """Returns the rounds of a job, the first one first."""
        return sorted(self.call("GET", f"/jobs/{job}/rounds", limit=200)["items"], key=lambda one: one["number"])

    def await_finished(self, job: str, look_again_seconds: float = LOOK_AGAIN_SECONDS) -> dict[str, Any]:
        """Waits until a job has finished; any other end is a failure of the benchmark."""
        patience = time.monotonic() + JOB_SECONDS
        while (view := self._job(job)).get("state") not in ENDED:
            if time.monotonic() > patience:
                raise SystemExit(
                    f"[bench] {job} has not ended within {JOB_SECONDS} s: {view.get('state')}, {view.get('phase')}"
                )
            time.sleep(look_again_seconds)
        if view["state"] != "FINISHED":
            raise SystemExit(f"[bench] {view['name']} is {view['state']}: {view.get('failure')}")
        return view

    def _job(self, job: str) -> dict[str, Any]:
        """Returns a job; nothing but a printed word while an overloaded machine leaves the server no time to answer."""
        try:
            view: dict[str, Any] = self.call("GET", f"/jobs/{job}")
        except urllib.error.HTTPError:
            raise
        except OSError as error:
            print(f"[bench] no answer about {job}: {error}; asking again", flush=True)
            return {}
        return view

    def worker(self, name: str) -> dict[str, Any]:
        return next(one for one in self.call("GET", "/workers")["items"] if one["name"] == name)

    def assignments(self, job: str) -> list[dict[str, Any]]:
        """Returns every attempt at every shard."""
        items: list[dict[str, Any]] = self.call("GET", f"/jobs/{job}/assignments")["items"]
        return items

    def holder(self, job: str, shard: int) -> dict[str, Any]:
        """Returns the last assignment of a shard."""
        found = [one for one in self.assignments(job) if one["shard"] == shard]
        return max(found, key=lambda one: one["attempt"])

    def await_training(self, job: str) -> None:
        """Waits until the job has committed a round and trains on."""
        self.await_commit(job, 1)

    def await_commit(self, job: str, more: int) -> None:
        """Waits until so many further rounds are committed."""
        reached = self.call("GET", f"/jobs/{job}")["round"] + more
        self.seconds_until("a round is committed", lambda: self.call("GET", f"/jobs/{job}")["round"] >= reached)

    def seconds_until(self, what: str, reached: Callable[[], bool]) -> float:
        """Returns how long it took from now."""
        began = time.monotonic()
        while not reached():
            if time.monotonic() - began > READY_SECONDS:
                raise SystemExit(f"[bench] not within {READY_SECONDS} s: {what}")
            time.sleep(0.02)
        return time.monotonic() - began


class Product(Api):
    """`roundelay up`."""

    def __init__(self, launcher: Path, data: Path, workers: int, slots: int, python: str) -> None:
        data.mkdir(parents=True, exist_ok=True)
        before = time.monotonic()
        self._errors = (data.parent / f"{data.name}.err").open("a")
        self._up = subprocess.Popen(
            [str(launcher), "up", "--data-dir", str(data), "--port", "0", "--s3-port", "0",
             "--workers", str(workers), "--slots", str(slots), "--python", python],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
        )  # fmt: skip
        patience = Timer(READY_SECONDS, self._up.kill)
        patience.start()
        line = self._up.stdout.readline() if self._up.stdout else ""
        patience.cancel()
        if "ready" not in line:
            self.stop()
            raise SystemExit(f"[bench] up said {line!r}; see {self._errors.name}")
        self.ready_seconds = time.monotonic() - before
        self._killed: dict[str, int] = {}
        super().__init__(data)

    def stop(self) -> None:
        self._up.send_signal(signal.SIGTERM)
        try:
            self._up.wait(60)
        except subprocess.TimeoutExpired:
            self._up.kill()
            self._up.wait()
        self._errors.close()

    def server_pid(self) -> int:
        return self._child(SERVER)

    def worker_pid(self, name: str) -> int:
        return self._child(b"\0--name\0" + name.encode() + b"\0")

    def _child(self, part: bytes) -> int:
        pid = self._find(part)
        if pid is None:
            raise SystemExit(f"[bench] no process below up with {part!r}")
        return pid

    def _find(self, part: bytes) -> int | None:
        for pid, parent in parents().items():
            if parent == self._up.pid and part in command(pid):
                return pid
        return None

    def harness_pids(self) -> set[int]:
        """Every process below the workers."""
        known = parents()
        workers = {pid for pid, parent in known.items() if parent == self._up.pid and WORKER in command(pid)}
        if not workers:
            raise SystemExit(f"[bench] no process below up with {WORKER!r}")
        return set().union(*(below(pid, known) for pid in workers))

    def named_below(self, word: str) -> set[int]:
        """Every process below the workers whose command begins with that word."""
        return {pid for pid in self.harness_pids() if command(pid).split(b"\0")[0] == word.encode()}

    def kill_worker(self, name: str) -> set[int]:
        """Ends a worker as the kernel would; returns the processes that were below it."""
        pid = self.worker_pid(name)
        orphans = below(pid)
        self._killed[name] = pid
        os.kill(pid, signal.SIGKILL)
        return orphans

    def await_back(self, name: str) -> None:
        """Waits until `up` has started a killed worker again and the server has it."""
        killed = self._killed.pop(name)
        part = b"\0--name\0" + name.encode() + b"\0"
        self.seconds_until(f"{name} runs again", lambda: self._find(part) not in (None, killed))
        self.seconds_until(f"{name} is back", lambda: self.worker(name)["state"] == "online")


class ProductOverHttp(Product):
    """A server of `up`, and workers that share no folder with it: models and updates travel by HTTP, as between machines."""

    def __init__(self, launcher: Path, data: Path, workers: int, slots: int, python: str) -> None:
        super().__init__(launcher, data, 0, slots, python)
        self._workers: list[subprocess.Popen[str]] = []
        folder = data.parent / f"{data.name}-workers"
        folder.mkdir()
        token = folder / "join-token"
        token.touch(0o600)
        token.write_text(self.credentials["ROUNDELAY_WORKER_TOKEN"])
        try:
            for number in range(1, workers + 1):
                self._workers.append(subprocess.Popen(
                    [str(launcher), "worker", "--server", self.credentials["RESON_BASE_URL"], "--token-file", str(token),
                     "--name", f"remote-{number}", "--data-dir", str(folder / str(number)), "--slots", str(slots),
                     "--python", python, "--exit-with-parent"],
                    stdin=subprocess.PIPE, stdout=self._errors, stderr=self._errors, text=True,
                ))  # fmt: skip
            self.seconds_until(f"{workers} workers are online", lambda: self._online() == workers)
        except BaseException:
            self.stop()
            raise

    def _online(self) -> int:
        return sum(one["state"] == "online" for one in self.call("GET", "/workers", limit=200)["items"])

    def stop(self) -> None:
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            try:
                worker.wait(60)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        super().stop()


class Server(Api):
    """`roundelay server` alone, with the heap that it is shipped with; its workers are somebody else's."""

    def __init__(self, launcher: Path, data: Path, *options: str) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.data = data
        self._errors = (data.parent / f"{data.name}.err").open("a")
        self._process = subprocess.Popen(
            [str(launcher), "server", "--data-dir", str(data), "--port", "0", "--s3-port", "0", "--exit-with-parent", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
        )  # fmt: skip
        patience = Timer(READY_SECONDS, self._process.kill)
        patience.start()
        # A JVM that was given options of its own may have something to say first.
        line = next((line for line in self._process.stdout or () if line.startswith("roundelay server")), "")
        patience.cancel()
        if "ready" not in line:
            self.stop()
            raise SystemExit(f"[bench] server said {line!r}; see {self._errors.name}")
        # The launcher has become the JVM.
        self.pid = self._process.pid
        super().__init__(data)

    def cpu_seconds(self) -> float:
        """Returns the processor time that the server has taken, without its PostgreSQL's."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()
        # Its folder is removed, and with it whatever explains a figure.
        troubles = [line for line in Path(self._errors.name).read_text().splitlines() if " WARN " in line or " ERROR " in line]
        for line in troubles[:TOLD_LINES]:
            print(f"[bench] the server wrote: {line}", flush=True)
        if len(troubles) > TOLD_LINES:
            print(f"[bench] and {len(troubles) - TOLD_LINES} further warnings and errors", flush=True)


class Fleet:
    """Simulated workers in one JVM (dev.roundelay.benchmarks.fleet): `command` starts it."""

    def __init__(self, command: list[str], server: Server, workers: int, **options: Any) -> None:
        words = [*command, "--server", server.credentials["RESON_BASE_URL"]]
        words += ["--token", server.credentials["ROUNDELAY_WORKER_TOKEN"]]
        words += ["--data-dir", str(server.data), "--workers", str(workers)]
        for name, value in options.items():
            option = "--" + name.replace("_", "-")
            words += [option] if value is True else [] if value is False else [option, str(value)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.joined = self._line(FLEET_SECONDS)
        except BaseException:
            self.stop()
            raise

    def begin(self) -> None:
        """Starts to measure."""
        self._say("begin")

    def end(self) -> dict[str, Any]:
        """Returns what was measured since."""
        self._say("end")
        return self._line(READY_SECONDS)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _say(self, word: str) -> None:
        print(word, file=self._process.stdin, flush=True)

    def _line(self, seconds: float) -> dict[str, Any]:
        patience = Timer(seconds, self._process.kill)
        patience.start()
        line = self._process.stdout.readline() if self._process.stdout else ""
        patience.cancel()
        if not line:
            raise SystemExit(f"[bench] the fleet ended, or said nothing for {seconds} s")
        said: dict[str, Any] = json.loads(line)
        return said


def _tensors(file: bytes) -> dict[str, numpy.ndarray[Any, Any]]:
    """Returns the tensors of a safetensors file of float32."""
    data = 8 + int.from_bytes(file[:8], "little")
    found = {}
    for name, tensor in json.loads(file[8:data]).items():
        if name != "__metadata__":
            begin, end = tensor["data_offsets"]
            found[name] = numpy.frombuffer(file, numpy.dtype("<f4"), (end - begin) // 4, data + begin).reshape(tensor["shape"])
    return found


def _shard() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("sample.txt", "data")
    return content.getvalue()
