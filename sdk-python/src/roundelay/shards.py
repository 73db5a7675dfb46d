"""The shards of a job: zips as they are, or sub-folders that are zipped the same way each time."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

from .errors import ValidationError

MOST_SHARDS = 1000
# The oldest moment that a zip can tell: equal folders give equal bytes, so that they are not sent again.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Shard:
    """One shard: the name of its object, and the zip or the folder that it is."""

    name: str
    path: Path

    @property
    def is_folder(self) -> bool:
        """Whether it is still to be zipped."""
        return self.path.is_dir()


def find_shards(folder: Path) -> list[Shard]:
    """Returns the shards of a folder in natural order: every ``*.zip``, or else every sub-folder.

    Raises
    ------
    ValidationError
        If there are none or too many, or one that is no zip or an empty folder.
    """
    if not folder.is_dir():
        raise ValidationError(f"[shards_dir] {folder} is no folder; name the folder of the shards", code="shard_count_mismatch")
    visible = sorted(
        (path for path in folder.iterdir() if not path.name.startswith((".", "__"))),
        key=lambda path: natural_order(path.name),
    )
    zips = [Shard(path.name, path) for path in visible if path.is_file() and path.suffix == ".zip"]
    folders = [Shard(f"{path.name}.zip", path) for path in visible if path.is_dir()]
    found = zips or folders
    if not found:
        raise ValidationError(
            f"[shards_dir] {folder} holds no *.zip and no folder; make one for each worker", code="shard_count_mismatch"
        )
    if len(found) > MOST_SHARDS:
        raise ValidationError(f"[shards_dir] {len(found)} shards, at most {MOST_SHARDS} a job", code="shard_count_mismatch")
    for shard in found:
        _require_usable(shard)
    return found


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """Returns the sort key with which ``shard_2`` comes before ``shard_10``."""
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts]


@contextmanager
def zipped(shards: list[Shard]) -> Iterator[list[Path]]:
    """Gives the path of each shard's zip; those of folders are made in a temporary folder that goes afterwards."""
    scratch: Optional[str] = None
    try:
        paths = []
        for shard in shards:
            if shard.is_folder:
                scratch = scratch or tempfile.mkdtemp(prefix="roundelay-shards-")
                paths.append(_zip(shard.path, Path(scratch) / shard.name))
            else:
                paths.append(shard.path)
        yield paths
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def plan(shards: list[Shard]) -> str:
    """Returns which shard goes to which site, a line each; the middle of a long list is left out."""
    lines = [f"  site-{number}  {shard.path.name}{'/' if shard.is_folder else ''}" for number, shard in enumerate(shards, 1)]
    if len(lines) > 12:
        lines[8:-2] = [f"  ... {len(lines) - 10} more ..."]
    return "\n".join(lines)


def _require_usable(shard: Shard) -> None:
    if shard.is_folder:
        if not any(path.is_file() for path in shard.path.rglob("*")):
            raise ValidationError(f"[{shard.path}] is an empty folder; put the site's files into it", code="shard_unreadable")
    elif not zipfile.is_zipfile(shard.path):
        raise ValidationError(f"[{shard.path}] is no zip file; make the shard again", code="shard_unreadable")
    elif not _members(shard.path):
        raise ValidationError(f"[{shard.path}] is an empty zip; put the site's files into it", code="shard_unreadable")


def _members(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if not name.endswith("/")]


def _zip(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
            if path.is_symlink():
                raise ValidationError(
                    f"[{path}] is a link, which a shard must not hold; put the file itself there", code="shard_unreadable"
                )
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _MOMENT)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                with path.open("rb") as content, archive.open(entry, "w", force_zip64=True) as member:
                    shutil.copyfileobj(content, member, _CHUNK_BYTES)
    return target


def shards_of(shards_dir: Union[str, Path, None], dataset: Optional[str]) -> list[Shard]:
    """Returns the shards of a job, none for one over a dataset.

    Raises
    ------
    ValidationError
        If both or none are given, or as `find_shards` says.
    """
    if (shards_dir is None) == (dataset is None):
        raise ValidationError("[shards_dir] give either shards_dir or dataset, not both and not none", code="invalid_request")
    return [] if shards_dir is None else find_shards(Path(shards_dir).expanduser())
