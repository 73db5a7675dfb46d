"""Sends files to the bucket in parts over the REST API, so that no S3 key and no second port is needed."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Callable, Optional
from urllib.parse import quote

from ._http import Transport
from .errors import ConflictError, ConnectionError, NotFoundError, RoundelayError, ServerError, ValidationError
from .etags import is_unchanged, part_md5
from .files import Files
from .models import StoredFile
from .sources import FileSource, Source

_CHUNK_BYTES = 1 << 18
_PARTS_AT_ONCE = 4
_STARTS = 3

Advance = Callable[[int], None]


class Uploads:
    """Uploads one object at a time, its parts in parallel.

    Parameters
    ----------
    notes : UploadNotes
        Remembers open uploads of files, so that a later call goes on with them, also in another process.
    """

    def __init__(self, transport: Transport, files: Files, notes: UploadNotes) -> None:
        self._transport = transport
        self._files = files
        self._notes = notes

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

        A cut connection costs the parts that were under way: those that the server holds are not sent again, also not by
        the next call for the same file after this one gave up.

        Parameters
        ----------
        stored : StoredFile, optional
            What lies at `key` now, as a list shows it.
        advance : callable
            Called with bytes as they are on their way, and with a negative number for those that have to go again.

        Raises
        ------
        RoundelayError
            If it cannot be completed; nothing is changed under `key` then.
        """
        if is_unchanged(source, stored):
            return
        note = self._notes.of(key, source)
        begun = {"key": key, "sizeBytes": source.size_bytes, "contentType": content_type}
        for start in range(_STARTS):
            upload = self._open(note) or self._transport.json("POST", "/uploads", body=begun)
            path = _path(str(upload["id"]))
            part_bytes = int(upload["partSizeBytes"])
            # Only the server knows the size of its parts, and so the ETag that these bytes would have there.
            if is_unchanged(source, stored, (part_bytes,)):
                self._drop(path, note)
                return
            note.write(str(upload["id"]))
            try:
                self._send_parts(path, upload, source, advance)
                self._complete(path, key, source, part_bytes)
            except NotFoundError:
                # The server forgot the upload (it was swept, or the data folder is new): begin again.
                note.erase()
                if start == _STARTS - 1:
                    raise
                advance(-source.size_bytes)
            except (ConnectionError, ServerError):
                raise  # Nobody is there to be told; the upload stays open for the next call.
            except RoundelayError:
                self._drop(path, note)
                raise
            else:
                note.erase()
                return

    def _open(self, note: Note) -> Optional[Mapping[str, Any]]:
        upload_id = note.read()
        if upload_id is None:
            return None
        try:
            upload: Mapping[str, Any] = self._transport.json("GET", _path(upload_id))
        except NotFoundError:
            note.erase()
            return None
        return upload

    def _send_parts(self, path: str, upload: Mapping[str, Any], source: Source, advance: Advance) -> None:
        part_bytes = int(upload["partSizeBytes"])
        missing = _missing_parts(upload, source)
        advance(source.size_bytes - sum(_length(source, part_bytes, number) for number in missing))
        for _ in range(_STARTS):
            if not missing:
                return
            stop = threading.Event()
            with ThreadPoolExecutor(_PARTS_AT_ONCE, thread_name_prefix="roundelay-upload") as pool:
                sent = [
                    pool.submit(self._send_part, path, source, part_bytes, number, _PartProgress(advance, stop))
                    for number in missing
                ]
                try:
                    for part in as_completed(sent):
                        part.result()
                except BaseException:
                    # Ctrl-C and errors must not wait for the other parts, which may take minutes on a slow line.
                    stop.set()
                    for part in sent:
                        part.cancel()
                    raise
            missing = _missing_parts(self._transport.json("GET", path), source)
        if missing:
            raise ConflictError(
                f"[{upload['key']}] the server keeps losing parts of the upload; look at its log",
                code="upload_incomplete",
            )

    def _send_part(self, path: str, source: Source, part_bytes: int, number: int, progress: _PartProgress) -> None:
        offset = (number - 1) * part_bytes
        length = _length(source, part_bytes, number)

        def body() -> Iterator[bytes]:
            progress.restart()
            return _slice(source, offset, length, progress)

        headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
        self._transport.send(f"{path}/parts/{number}", headers=headers, body=body)

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

    def _drop(self, path: str, note: Note) -> None:
        note.erase()
        try:
            self._transport.json("DELETE", path)
        except RoundelayError:
            return  # The failure that led here is the one to show; the server sweeps open uploads by itself.


class Note:
    """Where the id of an open upload is written down. A folder that cannot be written only means no resume later."""

    def __init__(self, path: Optional[Path]) -> None:
        self._path = path

    def read(self) -> Optional[str]:
        if self._path is None:
            return None
        try:
            return self._path.read_text(encoding="ascii").strip() or None
        except (OSError, ValueError):
            return None

    def write(self, upload_id: str) -> None:
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(upload_id, encoding="ascii")

    def erase(self) -> None:
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            self._path.unlink()


class UploadNotes:
    """One note for each server, key and file; a file that was written anew has another one."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url

    def of(self, key: str, source: Source) -> Note:
        """Returns the note for sending that source to that key; a text is too short to need one."""
        if not isinstance(source, FileSource):
            return Note(None)
        file = source.path.resolve()
        about = f"{self._url}\n{key}\n{file}\n{source.size_bytes}\n{file.stat().st_mtime_ns}"
        return Note(self._folder / hashlib.sha256(about.encode()).hexdigest()[:32])


class _PartProgress:
    """Counts a part's bytes, takes them back when the part has to go again, and stops it when another one failed."""

    def __init__(self, advance: Advance, stop: threading.Event) -> None:
        self._advance = advance
        self._stop = stop
        self._sent = 0

    def add(self, count: int) -> None:
        if self._stop.is_set():
            raise CancelledError
        self._sent += count
        self._advance(count)

    def restart(self) -> None:
        if self._sent:
            self._advance(-self._sent)
        self._sent = 0


def _path(upload_id: str) -> str:
    return f"/uploads/{quote(upload_id, safe='')}"


def _length(source: Source, part_bytes: int, number: int) -> int:
    return min(part_bytes, source.size_bytes - (number - 1) * part_bytes)


def _missing_parts(upload: Mapping[str, Any], source: Source) -> list[int]:
    part_bytes = int(upload["partSizeBytes"])
    held = {int(part["number"]): part for part in upload.get("held") or ()}
    return [
        number
        for number in range(1, int(upload["parts"]) + 1)
        if number not in held or not _holds(held[number], source, part_bytes)
    ]


# A part counts only if it has the bytes that the source has now: the file may have changed since it was sent.
def _holds(part: Mapping[str, Any], source: Source, part_bytes: int) -> bool:
    number, etag = int(part["number"]), str(part.get("etag")).strip('"')
    length = _length(source, part_bytes, number)
    if int(part["sizeBytes"]) != length:
        return False
    return len(etag) != 32 or etag == part_md5(source, (number - 1) * part_bytes, length)


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
