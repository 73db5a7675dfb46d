"""``client.files``: the caller's bucket, where every job leaves its outputs under ``jobs/<slug>/``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Callable, Optional, Union

import httpx

from ._http import Query, Transport
from .errors import ConnectionError, NotFoundError, RoundelayError, ServerError, ValidationError
from .models import Deleted, StoredFile
from .progress import Progress

_ATTEMPTS = 5
_PAGE = 1000
_Files = list[StoredFile]
_Names = list[str]
_Paths = list[Path]


class Files:
    """List, read, download, link and delete. A name that ends in ``/`` means the folder with all that is in it."""

    def __init__(self, transport: Transport, *, show_progress: Optional[bool] = None) -> None:
        self._transport = transport
        self._show_progress = show_progress

    def list(self, prefix: str = "") -> _Files:
        """Reads all objects whose key begins with `prefix`, in the order of their keys."""
        return [StoredFile.of(raw) for page in self._pages(prefix, "") for raw in page.get("items") or ()]

    def folders(self, prefix: str = "") -> _Names:
        """Reads the folders directly under `prefix`, each with its ``/`` at the end."""
        return [str(folder) for page in self._pages(prefix, "/") for folder in page.get("folders") or ()]

    def find(self, key: str) -> Optional[StoredFile]:
        """Looks up one object; None if there is none."""
        query: Query = {"prefix": key, "delimiter": "", "limit": 1}
        page = self._transport.json("GET", "/files", query=query)
        first = next((StoredFile.of(raw) for raw in page.get("items") or ()), None)
        return first if first is not None and first.key == key else None

    def read(self, key: str) -> bytes:
        """Reads an object into memory.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        return self._transport.read("/files/content", query={"key": key})

    def read_text(self, key: str) -> str:
        """Reads a text, such as ``files_out/training_log.txt``, as UTF-8."""
        return self.read(key).decode("utf-8", errors="replace")

    def url(self, key: str) -> str:
        """Makes a link to an object that works for an hour without any key."""
        return str(self._transport.json("GET", "/files/url", query={"key": key})["url"])

    def delete(self, name: str) -> Deleted:
        """Deletes an object, or with a name that ends in ``/`` a folder and all that is in it.

        Raises
        ------
        ConflictError
            With code ``job_live``, for the outputs of a job that runs.
        """
        if name in ("", "/"):
            raise ValidationError("[delete] no key; name an object, or a folder with / at its end", code="invalid_key")
        query = {"prefix": name} if name.endswith("/") else {"key": name}
        answer = self._transport.json("DELETE", "/files", query=query)
        return Deleted(objects=int(answer.get("objects") or 0), bytes=int(answer.get("bytes") or 0))

    def download(self, name: str, target: Union[str, Path] = ".") -> _Paths:
        """Fetches an object, or with a name that ends in ``/`` a whole folder.

        An object goes to `target`, or into it if that is a folder. A folder's objects go below `target` under their names
        relative to the folder. A download that was cut goes on where it stopped, also in a later call, as long as the
        object is the same; a file appears under its own name only when it is whole.

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        NotFoundError
            If there is nothing under that name.
        ValidationError
            If a key would leave the target folder; nothing has been written then.
        """
        folder = Path(target)
        if not name.endswith("/"):
            stored = self.find(name)
            if stored is None:
                raise NotFoundError(
                    f"[{name}] there is no such object in the bucket; a folder needs / at its end", code="not_found"
                )
            path = folder / _safe_parts(name)[-1] if folder.is_dir() or str(target).endswith("/") else folder
            return [self._fetch(stored, path)]
        found = [file for file in self.list(name) if not file.key.endswith("/")]
        if not found:
            raise NotFoundError(f"[{name}] no object has a key that begins so", code="not_found")
        targets = [(file, folder.joinpath(*_safe_parts(file.key[len(name) :]))) for file in found]
        root = folder.resolve()
        for file, path in targets:
            # A link that lies in the target folder may lead out of it, whatever the key looks like.
            if root not in path.resolve().parents:
                raise _leaves(file.key)
        return [self._fetch(file, path) for file, path in targets]

    def _pages(self, prefix: str, delimiter: str) -> Iterator[dict[str, Any]]:
        after: Optional[str] = None
        while True:
            query: Query = {"prefix": prefix, "delimiter": delimiter, "limit": _PAGE, "after": after}
            page = self._transport.json("GET", "/files", query=query)
            yield page
            following = page.get("next")
            if not following or following == after:
                return
            after = str(following)

    def _fetch(self, stored: StoredFile, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        version = hashlib.sha256(f"{stored.key}\n{stored.etag}\n{stored.size_bytes}".encode()).hexdigest()[:12]
        partial = path.with_name(f".{path.name}.{version}.part")
        with Progress(path.name, stored.size_bytes, shown=self._show_progress) as progress:
            with partial.open("ab") as sink:
                progress.advance(sink.tell())
                self._fill(sink, stored, progress.advance)
            partial.replace(path)
        return path

    def _fill(self, sink: BinaryIO, stored: StoredFile, advance: Callable[[int], None]) -> None:
        without_progress = 0
        while sink.tell() < stored.size_bytes:
            before = sink.tell()
            try:
                self._append(sink, stored, advance)
            except ConnectionError:
                without_progress = 0 if sink.tell() > before else without_progress + 1
                if without_progress == _ATTEMPTS:
                    raise
        if sink.tell() > stored.size_bytes:
            raise ServerError(f"[{stored.key}] the server sent more than the object's {stored.size_bytes} bytes")

    def _append(self, sink: BinaryIO, stored: StoredFile, advance: Callable[[int], None]) -> None:
        have = sink.tell()
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers.update({"Range": f"bytes={have}-", "If-Range": f'"{stored.etag}"'})
        with self._transport.open("/files/content", query={"key": stored.key}, headers=headers) as response:
            _require_same(response, stored)
            if have and response.status_code != 206:
                sink.truncate(0)
                sink.seek(0)
                advance(-have)
            for chunk in response.iter_raw():
                sink.write(chunk)
                advance(len(chunk))
        if sink.tell() < stored.size_bytes:
            raise ConnectionError(f"[{stored.key}] the connection was cut at {sink.tell()} of {stored.size_bytes} bytes")


def _require_same(response: httpx.Response, stored: StoredFile) -> None:
    etag = response.headers.get("etag", "").removeprefix("W/").strip('"')
    if etag and stored.etag and etag != stored.etag:
        raise RoundelayError(
            f"[{stored.key}] was written anew while it was fetched; call download again", code="source_changed"
        )


def _safe_parts(relative: str) -> tuple[str, ...]:
    parts = relative.split("/")
    safe = all(part not in ("", ".", "..") and "\\" not in part and ":" not in part[1:2] for part in parts)
    if not safe or PurePosixPath(relative).is_absolute() or any(ord(char) < 32 or ord(char) == 127 for char in relative):
        raise _leaves(relative)
    return tuple(parts)


def _leaves(key: str) -> ValidationError:
    return ValidationError(
        f"[{key!r}] would be written outside of the target folder; read it by files.read(key) instead",
        code="invalid_key",
    )
