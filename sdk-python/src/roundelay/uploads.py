"""Sends files to the bucket in parts over the REST API, so that no S3 key and no second port is needed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Callable, Optional, Protocol
from urllib.parse import quote

from ._http import Transport
from .errors import ConflictError, ConnectionError, NotFoundError, RoundelayError, ServerError, ValidationError
from .files import Files
from .models import StoredFile

_CHUNK_BYTES = 1 << 18
_PARTS_AT_ONCE = 4
_STARTS = 3
# Part sizes with which an object may have come into the bucket: ours, the published client's, and S3 tools' usual ones.
_MIB = 1 << 20
_USUAL_PART_BYTES = tuple(mib * _MIB for mib in (5, 8, 10, 15, 16, 25, 32, 50, 64, 100, 128))

Advance = Callable[[int], None]


class Source(Protocol):
    """Bytes of a known length that can be read more than once."""

    @property
    def size_bytes(self) -> int: ...

    def open(self) -> BinaryIO: ...


@dataclass(frozen=True)
class FileSource:
    """A local file, with the size it had when it was looked at."""

    path: Path
    size_bytes: int

    @classmethod
    def of(cls, path: Path) -> FileSource:
        return cls(path, path.stat().st_size)

    def open(self) -> BinaryIO:
        return self.path.open("rb")


@dataclass(frozen=True)
class TextSource:
    """A text, sent as UTF-8."""

    content: bytes

    @classmethod
    def of(cls, text: str) -> TextSource:
        return cls(text.encode())

    @property
    def size_bytes(self) -> int:
        return len(self.content)

    def open(self) -> BinaryIO:
        return io.BytesIO(self.content)


class Uploads:
    """Uploads one object at a time, its parts in parallel."""

    def __init__(self, transport: Transport, files: Files) -> None:
        self._transport = transport
        self._files = files

    def send(
        self,
        key: str,
        source: Source,
        *,
        content_type: str,
        stored: Optional[StoredFile] = None,
        advance: Advance = lambda _: None,
    ) -> None:
        """Stores the bytes of `source` at `key`, which appears whole or not at all; does nothing if they are there already.

        `stored` is what lies at `key` now, as a list shows it.

        A cut connection costs the part that was under way: the parts that the server holds are not sent again. `advance`
        is called with bytes as they are on their way, and with a negative number for those that have to go again.

        Raises
        ------
        RoundelayError
            If it cannot be completed; nothing is left under `key` then but what was there before.
        """
        if is_unchanged(source, stored):
            return
        begun = {"key": key, "sizeBytes": source.size_bytes, "contentType": content_type}
        for start in range(_STARTS):
            upload = self._transport.json("POST", "/uploads", body=begun)
            path = f"/uploads/{quote(str(upload['id']), safe='')}"
            # Only the server knows the size of its parts, and so the ETag that these bytes would have there.
            if is_unchanged(source, stored, (int(upload["partSizeBytes"]),)):
                self._abandon(path)
                return
            try:
                self._send_parts(path, upload, source, advance)
                self._complete(path, key, source, int(upload["partSizeBytes"]))
            except NotFoundError:
                # The server forgot the upload (it was swept, or the data folder is new): begin again.
                if start == _STARTS - 1:
                    raise
                advance(-source.size_bytes)
            except RoundelayError:
                self._abandon(path)
                raise
            else:
                return

    def _send_parts(self, path: str, upload: Mapping[str, Any], source: Source, advance: Advance) -> None:
        part_bytes = int(upload["partSizeBytes"])
        for _ in range(_STARTS):
            missing = self._missing_parts(upload)
            if not missing:
                return
            with ThreadPoolExecutor(_PARTS_AT_ONCE, thread_name_prefix="roundelay-upload") as pool:
                sent = [
                    pool.submit(self._send_part, f"{path}/parts/{number}", source, part_bytes, number, advance)
                    for number in missing
                ]
                try:
                    for part in as_completed(sent):
                        part.result()
                except BaseException:
                    for part in sent:
                        part.cancel()
                    raise
            upload = self._transport.json("GET", path)
        if self._missing_parts(upload):
            raise ConflictError(
                f"[{upload.get('key')}] the server keeps losing parts of the upload; look at its log",
                code="upload_incomplete",
            )

    @staticmethod
    def _missing_parts(upload: Mapping[str, Any]) -> list[int]:
        held = {int(part["number"]) for part in upload.get("held") or ()}
        return [number for number in range(1, int(upload["parts"]) + 1) if number not in held]

    def _send_part(self, path: str, source: Source, part_bytes: int, number: int, advance: Advance) -> None:
        offset = (number - 1) * part_bytes
        length = min(part_bytes, source.size_bytes - offset)
        progress = _PartProgress(advance)

        def body() -> Iterator[bytes]:
            progress.restart()
            return _slice(source, offset, length, progress)

        headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
        self._transport.send("PUT", path, headers=headers, body=body)

    def _complete(self, path: str, key: str, source: Source, part_bytes: int) -> None:
        for attempt in range(_STARTS):
            try:
                self._transport.json("POST", f"{path}/complete")
                return
            except (ConnectionError, ServerError):
                # The answer may be lost, not the request: then the object is there, and the upload is gone.
                if is_unchanged(source, self._files.find(key), (part_bytes,)):
                    return
                if attempt == _STARTS - 1:
                    raise

    def _abandon(self, path: str) -> None:
        try:
            self._transport.json("DELETE", path)
        except RoundelayError:
            return  # The failure that led here is the one to show; the server sweeps open uploads by itself.


class _PartProgress:
    """Counts a part's bytes, and takes them back when the part has to go again."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._sent = 0

    def add(self, count: int) -> None:
        self._sent += count
        self._advance(count)

    def restart(self) -> None:
        if self._sent:
            self._advance(-self._sent)
        self._sent = 0


def _slice(source: Source, offset: int, length: int, progress: _PartProgress) -> Iterator[bytes]:
    with source.open() as stream:
        stream.seek(offset)
        left = length
        while left:
            chunk = stream.read(min(_CHUNK_BYTES, left))
            if not chunk:
                raise ValidationError(
                    f"[{getattr(source, 'path', 'upload')}] became shorter while it was sent; do not change it meanwhile",
                    code="source_changed",
                )
            left -= len(chunk)
            yield chunk
            progress.add(len(chunk))


def is_unchanged(source: Source, stored: Optional[StoredFile], part_sizes: tuple[int, ...] = _USUAL_PART_BYTES) -> bool:
    """Tells whether `stored` surely holds the bytes of `source`: equal size, and an ETag that they give.

    An ETag is the MD5 of the bytes, or ``<MD5 of the parts' MD5s>-<parts>``; the size of the parts is found by trying the
    ones that give that number of parts. An ETag of another form counts as changed: the bytes go again.
    """
    if stored is None or stored.size_bytes != source.size_bytes:
        return False
    digest, dash, parts = stored.etag.partition("-")
    if len(digest) != 32:
        return False
    if not dash:
        return _md5(source) == digest
    if not parts.isdigit() or int(parts) < 1:
        return False
    fitting = (size for size in part_sizes if max(1, -(-source.size_bytes // size)) == int(parts))
    return any(_multipart_md5(source, size) == digest for size in fitting)


def _md5(source: Source) -> str:
    whole = hashlib.md5(usedforsecurity=False)
    with source.open() as stream:
        for chunk in iter(lambda: stream.read(_CHUNK_BYTES), b""):
            whole.update(chunk)
    return whole.hexdigest()


def _multipart_md5(source: Source, part_size_bytes: int) -> str:
    outer = hashlib.md5(usedforsecurity=False)
    with source.open() as stream:
        for offset in range(0, max(1, source.size_bytes), part_size_bytes):
            part = hashlib.md5(usedforsecurity=False)
            left = min(part_size_bytes, source.size_bytes - offset)
            while left:
                chunk = stream.read(min(_CHUNK_BYTES, left))
                if not chunk:
                    break
                part.update(chunk)
                left -= len(chunk)
            outer.update(part.digest())
    return outer.hexdigest()
