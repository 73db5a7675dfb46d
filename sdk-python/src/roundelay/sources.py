"""Bytes to send: a file or a text, readable more than once."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


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
