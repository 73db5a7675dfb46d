"""Tells by size and ETag whether stored bytes are the ones at hand, without fetching them."""

from __future__ import annotations

import hashlib
from typing import Optional

from .models import StoredFile
from .sources import Source

_CHUNK_BYTES = 1 << 18
_MIB = 1 << 20
# Part sizes with which an object may have come into the bucket: ours, the published client's, and S3 tools' usual ones.
_USUAL_PART_BYTES = tuple(mib * _MIB for mib in (5, 8, 10, 15, 16, 25, 32, 50, 64, 100, 128))


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
        return part_md5(source, 0, source.size_bytes) == digest
    if not parts.isdigit() or int(parts) < 1:
        return False
    fitting = (size for size in part_sizes if max(1, -(-source.size_bytes // size)) == int(parts))
    return any(_multipart_md5(source, size) == digest for size in fitting)


def part_md5(source: Source, offset: int, length: int) -> str:
    """Returns the MD5 in hexadecimal of a part of the bytes, which is that part's ETag."""
    return _md5(source, offset, length).hexdigest()


def _multipart_md5(source: Source, part_size_bytes: int) -> str:
    offsets = range(0, max(1, source.size_bytes), part_size_bytes)
    parts = (_md5(source, offset, min(part_size_bytes, source.size_bytes - offset)).digest() for offset in offsets)
    return hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest()


def _md5(source: Source, offset: int, length: int) -> hashlib._Hash:
    digest = hashlib.md5(usedforsecurity=False)
    with source.open() as stream:
        stream.seek(offset)
        left = length
        while left:
            chunk = stream.read(min(_CHUNK_BYTES, left))
            if not chunk:
                break
            digest.update(chunk)
            left -= len(chunk)
    return digest
