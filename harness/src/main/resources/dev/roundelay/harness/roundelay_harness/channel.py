"""Frames to and from the agent, and the log pipe."""

from __future__ import annotations

import json
import math
import os
import struct
import sys
import threading
from typing import Any

MAX_FRAME_BYTES = 1 << 20
MAX_MESSAGE_CHARACTERS = 16 * 1024
RECORD = "\x1e"


class Channel:
    """The protocol's pipes, moved away from the descriptors that user code writes to.

    A frame is a big-endian u32 length and that many bytes of JSON. What user code prints goes to the agent through
    descriptor 2, in order; records of the harness itself go the same way, each begun by 0x1E.
    """

    def __init__(self, requests: int, answers: int, log: int) -> None:
        self._requests = requests
        self._answers = answers
        self._log = log
        self._lock = threading.Lock()

    @classmethod
    def take_over_standard_streams(cls) -> "Channel":
        """Keep 0 and 1 for the protocol; user code reads nothing and prints to what was standard error."""
        requests, answers, log = os.dup(0), os.dup(1), os.dup(2)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
        return cls(requests, answers, log)

    def read(self) -> dict[str, Any] | None:
        """Return the next request, or None when the agent is gone."""
        head = self._read_exactly(4)
        if head is None:
            return None
        (length,) = struct.unpack(">I", head)
        body = self._read_exactly(length)
        return None if body is None else json.loads(body)

    def write(self, message: dict[str, Any]) -> None:
        """Send an answer or event."""
        body = json.dumps(message, allow_nan=False).encode()
        if len(body) > MAX_FRAME_BYTES:
            raise ValueError(f"a frame of {len(body)} bytes")
        with self._lock:
            _write_all(self._answers, struct.pack(">I", len(body)) + body)

    def metric(self, name: str, value: float, step: int | None) -> None:
        """Send a live metric; a value that is no finite number is left out."""
        if math.isfinite(value):
            self.write({"event": "metric", "name": name, "value": value, "step": step})

    def warn(self, code: str, message: str) -> None:
        """Send a warning for the job page."""
        self.write({"event": "warning", "code": code, "message": message[:MAX_MESSAGE_CHARACTERS]})

    def log(self, level: str, message: str) -> None:
        """Write a log record behind everything that was printed so far."""
        self._record({"level": level, "msg": message[:MAX_MESSAGE_CHARACTERS]})

    def mark(self, request: int) -> None:
        """Tell the log's reader that everything printed before the answer to that request has come."""
        self._record({"mark": request})

    def _record(self, record: dict[str, Any]) -> None:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):
                pass  # user code has closed or replaced it
        with self._lock:
            _write_all(self._log, (RECORD + json.dumps(record) + "\n").encode())

    def _read_exactly(self, length: int) -> bytes | None:
        parts = []
        while length > 0:
            part = os.read(self._requests, length)
            if not part:
                return None
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
