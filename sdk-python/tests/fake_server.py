"""A small but honest server of the routes that the SDK uses: real HTTP, real parts, real error bodies, on loopback."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Optional
from urllib.parse import parse_qs, urlsplit

from contract_check import violations

API_KEY = "rsk_live_test"


@dataclass
class Stored:
    content: bytes
    etag: str
    content_type: Optional[str]


@dataclass
class Upload:
    key: str
    size: int
    part_size: int
    content_type: Optional[str]
    parts: dict[int, bytes] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return max(1, -(-self.size // self.part_size))

    def length_of(self, number: int) -> int:
        return min(self.part_size, self.size - (number - 1) * self.part_size)


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str, hint: str = "", headers: Optional[dict[str, str]] = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body = {"code": code, "message": message, "hint": hint, "requestId": "req_1", "details": {"shards": 3}}


class CutConnection(Exception):
    """Raised by a fault: the connection ends without an answer."""


class FakeServer:
    """`faults` are asked before each request is handled: they may raise Refusal or CutConnection, or do nothing."""

    def __init__(self, part_size: int = 1000) -> None:
        self.part_size = part_size
        self.objects: dict[str, Stored] = {}
        self.uploads: dict[str, Upload] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.job_of_idempotency_key: dict[str, str] = {}
        self.workers: list[dict[str, Any]] = []
        self.gpus: list[dict[str, Any]] = []
        self.seen: list[Seen] = []
        self.completed: list[str] = []
        self.preflight_problems: list[dict[str, str]] = []
        self.preflight_warnings: list[dict[str, str]] = []
        self.violations: list[str] = []
        self.checks_contract = True
        self.faults: list[Callable[[Seen], None]] = []
        self.cut_downloads_at: list[int] = []
        self.cuts_json = False
        self.canned: dict[str, tuple[int, Any]] = {}
        self.lock = threading.RLock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.handle_error = self._handle_error  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    # A client that goes away is part of the tests; anything else is a bug of this server, and fails the test.
    def _handle_error(self, request: Any, address: Any) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, CutConnection)):
            self.violations.append(f"the fake server failed: {error!r}")

    def routes(self) -> list[str]:
        return [seen.route for seen in self.seen]

    def queries(self) -> list[dict[str, str]]:
        return [seen.query for seen in self.seen]

    def bodies(self) -> list[Any]:
        return [seen.json for seen in self.seen if seen.body]

    def answer(self, method: str, path: str, value: Any) -> None:
        """Lets a route that only passes a value on answer with that value."""
        self.canned[f"{method} {path}"] = (201 if method == "POST" else 200, value)

    def put(self, key: str, content: bytes, etag: Optional[str] = None) -> None:
        self.objects[key] = Stored(content, etag or hashlib.md5(content).hexdigest(), None)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10
            wbufsize = -1
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: Any) -> None:
                return

            def _serve(self) -> None:
                try:
                    body = self._body()
                except ConnectionError:
                    self.close_connection = True
                    return
                url = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
                seen = Seen(self.command, url.path, query, {k.lower(): v for k, v in self.headers.items()}, body)
                self.seen = seen
                with server.lock:
                    server.seen.append(seen)
                try:
                    if self.headers.get("Authorization") != f"Bearer {API_KEY}":
                        raise Refusal(401, "invalid_api_key", "[key] unknown", "Check the API key.")
                    server.handle(self, seen)
                except Refusal as refusal:
                    self.answer(refusal.status, refusal.body, {"Content-Type": "application/problem+json", **refusal.headers})
                except CutConnection:
                    self.close_connection = True
                    self.connection.shutdown(2)

            def _body(self) -> bytes:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if len(body) < length:
                    raise ConnectionError
                return body

            def answer(self, status: int, value: Any, headers: Optional[dict[str, str]] = None) -> None:
                server.check(self.seen, status, value)
                content = b"" if status == 204 else value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                for name, text in {"Content-Type": "application/json", **(headers or {})}.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with server.lock:
                    is_cut = isinstance(value, bytes) or server.cuts_json
                    cut = server.cut_downloads_at.pop(0) if server.cut_downloads_at and is_cut else None
                self.wfile.write(content[:cut])
                self.wfile.flush()
                if cut is not None and cut < len(content):
                    raise CutConnection

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

        return Handler

    def check(self, seen: Seen, status: int, answer: Any) -> None:
        if self.checks_contract:
            is_json = seen.headers.get("content-type") == "application/json"
            request = seen.json if is_json and seen.body else None
            found = violations(seen.method, seen.path, seen.query, request, status, answer)
            self.violations += found

    def handle(self, http: Any, seen: Seen) -> None:
        parts = seen.path.split("/")[3:]
        with self.lock:
            # In one piece with what follows: a fault that counts what is stored counts all of it.
            for fault in list(self.faults):
                fault(seen)
            if seen.route in self.canned:
                http.answer(*self.canned[seen.route])
                return
            if parts[0] == "uploads":
                http.answer(*self._upload_route(seen, parts[1:]))
            elif parts == ["files"]:
                http.answer(200, self._list(seen) if seen.method == "GET" else self._delete(seen))
            elif parts == ["files", "url"]:
                self._object(seen)
                http.answer(200, {"url": f"{self.url}/s3/{seen.query['key']}?signed", "expiresAt": "2030-01-01T00:00:00Z"})
            elif parts[0] == "jobs":
                http.answer(201 if seen.route == "POST /api/v1/jobs" else 200, self._job_route(seen, parts[1:]))
            elif parts == ["workers"]:
                http.answer(200, {"items": self.workers, "total": len(self.workers), "limit": 200, "offset": 0})
            elif parts == ["gpu-catalog"]:
                http.answer(200, {"items": self.gpus, "total": len(self.gpus), "limit": 50, "offset": 0})
        if parts == ["files", "content"]:
            self._content(http, seen)

    def _upload_route(self, seen: Seen, rest: list[str]) -> tuple[int, Any]:
        if not rest:
            begin = seen.json
            if set(begin) - {"key", "sizeBytes", "contentType"}:
                raise Refusal(400, "unknown_field", f"[body] {sorted(begin)}")
            name = f"upl_{uuid.uuid4().hex}"
            self.uploads[name] = Upload(begin["key"], begin["sizeBytes"], self.part_size, begin.get("contentType"))
            return 201, self._view(name)
        upload = self.uploads.get(rest[0])
        if upload is None:
            raise Refusal(404, "not_found", f"[upload {rest[0]}] no such upload")
        if rest[1:2] == ["parts"]:
            number = int(rest[2])
            if not 1 <= number <= upload.count or len(seen.body) != upload.length_of(number):
                raise Refusal(409, "upload_incomplete", f"[part {number}] {len(seen.body)} bytes do not fit")
            upload.parts[number] = seen.body
            return 200, {"number": number, "sizeBytes": len(seen.body), "etag": hashlib.md5(seen.body).hexdigest()}
        if rest[1:] == ["complete"]:
            return 200, self._complete(rest[0], upload)
        if seen.method == "DELETE":
            del self.uploads[rest[0]]
            return 204, {}
        return 200, self._view(rest[0])

    def _view(self, name: str) -> dict[str, Any]:
        upload = self.uploads[name]
        held = [
            {"number": number, "sizeBytes": len(body), "etag": hashlib.md5(body).hexdigest()}
            for number, body in sorted(upload.parts.items())
        ]
        return {
            "id": name,
            "key": upload.key,
            "sizeBytes": upload.size,
            "partSizeBytes": upload.part_size,
            "parts": upload.count,
            "held": held,
        }

    def _complete(self, name: str, upload: Upload) -> dict[str, Any]:
        if len(upload.parts) != upload.count:
            raise Refusal(409, "upload_incomplete", f"[{upload.key}] {len(upload.parts)} of {upload.count} parts")
        bodies = [body for _, body in sorted(upload.parts.items())]
        digests = b"".join(hashlib.md5(body).digest() for body in bodies)
        etag = f"{hashlib.md5(digests).hexdigest()}-{upload.count}"
        self.objects[upload.key] = Stored(b"".join(bodies), etag, upload.content_type)
        del self.uploads[name]
        self.completed.append(upload.key)
        return {"key": upload.key, "sizeBytes": upload.size, "etag": etag}

    def _list(self, seen: Seen) -> dict[str, Any]:
        prefix, after = seen.query.get("prefix", ""), seen.query.get("after", "")
        limit, delimiter = int(seen.query.get("limit", "200")), seen.query.get("delimiter", "/")
        if not 1 <= limit <= 1000:
            raise Refusal(400, "invalid_request", "[limit] 1 to 1000")
        keys = [key for key in sorted(self.objects) if key.startswith(prefix)]
        folders: list[str] = []
        if delimiter:
            below = {key[: key.index(delimiter, len(prefix)) + 1] for key in keys if delimiter in key[len(prefix) :]}
            folders = sorted(below)
            keys = [key for key in keys if delimiter not in key[len(prefix) :]]
        following = [key for key in keys if key > after]
        page = following[:limit]
        items = [
            {
                "key": key,
                "sizeBytes": len(self.objects[key].content),
                "etag": self.objects[key].etag,
                "contentType": self.objects[key].content_type,
                "modifiedAt": "2026-01-01T00:00:00.123456789Z",
            }
            for key in page
        ]
        return {
            "prefix": prefix,
            "items": items,
            "folders": [] if after else folders,
            "next": page[-1] if len(following) > limit else None,
        }

    def _delete(self, seen: Seen) -> dict[str, Any]:
        prefix = seen.query.get("prefix")
        keys = [key for key in self.objects if (key.startswith(prefix) if prefix else key == seen.query["key"])]
        if not keys and not prefix:
            raise Refusal(404, "not_found", "[key] no such object")
        gone = [self.objects.pop(key) for key in keys]
        return {"objects": len(gone), "bytes": sum(len(stored.content) for stored in gone)}

    def _object(self, seen: Seen) -> Stored:
        stored = self.objects.get(seen.query["key"])
        if stored is None:
            raise Refusal(404, "not_found", f"[{seen.query['key']}] no such object", "Check the id or key.")
        return stored

    def _content(self, http: Any, seen: Seen) -> None:
        stored = self._object(seen)
        etag = f'"{stored.etag}"'
        wanted = seen.headers.get("range")
        if wanted and seen.headers.get("if-range", etag) == etag:
            first = int(wanted.removeprefix("bytes=").rstrip("-"))
            if first >= len(stored.content):
                raise Refusal(416, "range_not_satisfiable", "[range] outside")
            http.answer(206, stored.content[first:], {"Content-Type": "application/octet-stream", "ETag": etag})
        else:
            http.answer(200, stored.content, {"Content-Type": "application/octet-stream", "ETag": etag})

    def _job_route(self, seen: Seen, rest: list[str]) -> Any:
        if not rest and seen.method == "POST":
            key = seen.headers.get("idempotency-key", "")
            if key not in self.job_of_idempotency_key:
                job = self.add_job(seen.json["name"], seen.json)
                self.job_of_idempotency_key[key] = job["id"]
            return self.jobs[self.job_of_idempotency_key[key]]
        if not rest:
            limit, offset = int(seen.query.get("limit", "50")), int(seen.query.get("offset", "0"))
            jobs = [job for job in self.jobs.values() if seen.query.get("state", job["state"]) == job["state"]]
            return {"items": jobs[offset : offset + limit], "total": len(jobs), "limit": limit, "offset": offset}
        if rest == ["preflight"]:
            problems = list(self.preflight_problems)
            if not seen.json.get("manifest"):
                problems.append({"code": "model_def_missing", "message": "[scripts] none yet", "hint": ""})
            return {"ok": not problems, "shards": 3, "problems": problems, "warnings": self.preflight_warnings}
        job = self.jobs.get(rest[0])
        if job is None:
            raise Refusal(404, "not_found", f"[job {rest[0]}] no such job", "Check the id or key.")
        if seen.method == "PATCH":
            job.update(seen.json)
        if rest[1:] == ["cancel"]:
            if job["state"] in ("FINISHED", "FAILED"):
                raise Refusal(409, "job_ended", f"[job {rest[0]}] is {job['state']}", "Submit the job again.")
            job.update(cancelRequested=True, phase="stopping")
        return job

    def add_job(self, name: str, spec: Any = None, **changes: Any) -> dict[str, Any]:
        job = {
            "id": f"job_{len(self.jobs) + 1}",
            "name": name,
            "slug": name,
            "state": "PENDING",
            "phase": "queued",
            "phaseDetail": "needs 3 workers, 2 are free",
            "queuePosition": 1,
            "round": 0,
            "rounds": 5,
            "shards": 3,
            "owner": "ada@example.org",
            "createdAt": "2026-01-01T00:00:00Z",
            "startedAt": None,
            "endedAt": None,
            "dashboardUrl": f"{self.url}/dashboard/jobs/job_{len(self.jobs) + 1}",
            "cancelRequested": False,
            "parentId": None,
            "note": "",
            "tags": [],
            "warnings": [],
            "metrics": {},
            "spec": spec or {"name": name, "scripts": f"jobs/{name}/scripts/"},
            "failure": None,
            **changes,
        }
        self.jobs[job["id"]] = job
        return job
