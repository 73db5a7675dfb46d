"""The product as processes, and just enough of its API."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import time
import urllib.request
import zipfile
from pathlib import Path
from threading import Event, Thread, Timer
from typing import Any
from urllib.parse import urlencode

READY_SECONDS = 180
ENDED = ("FINISHED", "FAILED", "CANCELLED")


class Product:
    """`roundelay up`, and the API with the key of its credentials.env."""

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
        line = self._up.stdout.readline()
        patience.cancel()
        if "ready" not in line:
            self.stop()
            raise SystemExit(f"[bench] up said {line!r}; see {self._errors.name}")
        self.ready_seconds = time.monotonic() - before
        lines = (data / "credentials.env").read_text().splitlines()
        self._credentials = dict(line.split("=", 1) for line in lines if "=" in line)

    def stop(self) -> None:
        self._up.send_signal(signal.SIGTERM)
        try:
            self._up.wait(60)
        except subprocess.TimeoutExpired:
            self._up.kill()
            self._up.wait()
        self._errors.close()

    def server_pid(self) -> int:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == self._up.pid and b"server.Main" in (folder / "cmdline").read_bytes():
                    return int(folder.name)
            except OSError:
                continue
        raise SystemExit("[bench] no server process below up")

    def call(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json", **query: Any) -> Any:
        url = f"{self._credentials['RESON_BASE_URL']}/api/v1{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": "Bearer " + self._credentials["RESON_API_KEY"], "Content-Type": kind}
        with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method), timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def upload(self, key: str, content: bytes) -> None:
        upload = self.call("POST", "/uploads", json.dumps({"key": key, "sizeBytes": len(content)}).encode())
        self.call("PUT", f"/uploads/{upload['id']}/parts/1", content, "application/octet-stream")
        self.call("POST", f"/uploads/{upload['id']}/complete")

    def run_job(self, name: str, sites: int, megabytes: int, rounds: int) -> dict[str, Any]:
        """Runs a job of add_one.py and returns its rounds, with the wall time of its submit."""
        folder = f"jobs/{name}/"
        self.upload(folder + "scripts/model_def.py", (Path(__file__).parent / "add_one.py").read_bytes())
        for site in range(sites):
            self.upload(f"{folder}shards/shard_{site}.zip", _shard())
        spec = {
            "name": name, "scripts": folder + "scripts/", "shards": folder + "shards/",
            "model": {"class": "Net", "args": {"megabytes": megabytes}},
            "federation": {"rounds": rounds},
        }  # fmt: skip
        submitted = time.time()
        job = self.call("POST", "/jobs", json.dumps(spec).encode())
        while (job := self.call("GET", f"/jobs/{job['id']}"))["state"] not in ENDED:
            time.sleep(0.2)
        if job["state"] != "FINISHED":
            raise SystemExit(f"[bench] {name} is {job['state']}: {job.get('failure')}")
        answer = self.call("GET", f"/jobs/{job['id']}/rounds", limit=200)
        return {"submitted": submitted, "job": job, "rounds": sorted(answer["items"], key=lambda one: one["number"])}


def _shard() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("sample.txt", "data")
    return content.getvalue()


class MemoryWatch:
    """The highest memory of a process without mapped files (RssAnon), sampled 20 times a second."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._done = Event()
        self.peak_mb = 0.0
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def now_mb(self) -> float:
        for line in self._status.read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.peak_mb = max(self.peak_mb, self.now_mb())
