"""Finds the user's own modules that a source imports, which have to travel with it."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Optional

from ..errors import SourceExtractionError
from .slicing import NOT_ON_WORKERS

_LONGEST_BYTES = 4 << 20
_SITE_FOLDERS = frozenset({"site-packages", "dist-packages"})


def local_modules(text: str, folder: Optional[Path]) -> dict[str, str]:
    """Returns the files of all modules of the user's that `text` imports, directly or through one another.

    A module counts as the user's own if it is neither part of Python nor installed.

    Parameters
    ----------
    text : str
        Python source.
    folder : Path or None
        Where the source lies; modules beside it are found first.

    Returns
    -------
    dict of str to str
        Path relative to the scripts folder (``layers.py``, ``nets/blocks.py``) to source.
    """
    found: dict[str, str] = {}
    visited: set[str] = set(NOT_ON_WORKERS)
    pending = [text]
    while pending:
        for name in _imported(pending.pop()):
            if name in visited:
                continue
            visited.add(name)
            files = _files_of(name, folder)
            found.update(files)
            pending += files.values()
    size = sum(len(content) for content in found.values())
    if size > _LONGEST_BYTES:
        raise SourceExtractionError(
            f"[{', '.join(sorted({path.split('/')[0] for path in found}))}] imported modules of your own have {size} bytes, "
            f"more than {_LONGEST_BYTES}; install them as a package and name it in requirements_txt"
        )
    return found


def is_own_file(path: Path) -> bool:
    """Tells whether a source file is the user's: neither Python's standard library nor an installed package."""
    if _SITE_FOLDERS & set(path.parts):
        return False
    roots = {Path(sysconfig.get_paths()[name]).resolve() for name in ("stdlib", "platstdlib")}
    return not roots & set(path.resolve().parents)


def read_source(path: Path) -> str:
    """Reads a Python file in the encoding that it declares."""
    try:
        return importlib.util.decode_source(path.read_bytes())
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise SourceExtractionError(f"[{path}] cannot be read as Python source: {error}") from error


def _imported(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _files_of(name: str, folder: Optional[Path]) -> Mapping[str, str]:
    place = _beside(name, folder) or _importable(name)
    if place is None or not is_own_file(place):
        return {}
    if place.is_file():
        return {f"{name}.py": read_source(place)}
    return {
        f"{name}/{path.relative_to(place).as_posix()}": read_source(path)
        for path in sorted(place.rglob("*.py"))
        if "__pycache__" not in path.parts
    }


def _beside(name: str, folder: Optional[Path]) -> Optional[Path]:
    if folder is None:
        return None
    if (folder / name / "__init__.py").is_file():
        return folder / name
    return folder / f"{name}.py" if (folder / f"{name}.py").is_file() else None


def _importable(name: str) -> Optional[Path]:
    if name in sys.builtin_module_names or name == "__main__":
        return None
    spec = _spec(name)
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None


def _spec(name: str) -> Optional[importlib.machinery.ModuleSpec]:
    loaded = sys.modules.get(name)
    if loaded is not None:
        return getattr(loaded, "__spec__", None)
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
