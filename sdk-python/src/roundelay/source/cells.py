"""Finds the source of what was typed into an interactive session."""

from __future__ import annotations

import linecache
import re
import sys
from typing import Any, Optional

from .statements import Cell

_INTERACTIVE_FILE = re.compile(r"^<(ipython-input|python-input|stdin)|[\\/]ipykernel_\d+[\\/]")


def interactive_cells(further_files: tuple[str, ...] = ()) -> list[Cell]:
    """Returns the cells of this session in the order in which they ran.

    IPython's history knows the order; cells that it did not store are taken from linecache, where every notebook kernel
    puts the source for its tracebacks.

    Parameters
    ----------
    further_files : tuple of str
        ``co_filename`` of code whose source is wanted even if its name does not look interactive.
    """
    history = [Cell(f"cell {number}", text) for number, text in _history()]
    known = {cell.text.strip() for cell in history}
    cached = [cell for cell in _cached(further_files) if cell.text.strip() not in known]
    return cached + history


def _history() -> list[tuple[int, str]]:
    shell = _ipython()
    manager = getattr(shell, "history_manager", None)
    parsed = getattr(manager, "input_hist_parsed", None) or []
    return [(number, text) for number, text in enumerate(parsed) if isinstance(text, str) and text.strip()]


def _ipython() -> Optional[Any]:
    # Looked up, never imported: in a plain script there is none, and nothing is to be started.
    module = sys.modules.get("IPython")
    get = getattr(module, "get_ipython", None)
    return get() if get is not None else None


def _cached(further_files: tuple[str, ...]) -> list[Cell]:
    cells = []
    interactive = [name for name in linecache.cache if _INTERACTIVE_FILE.search(name)]
    for name in dict.fromkeys((*interactive, *further_files)):
        lines = linecache.getlines(name)
        if lines:
            cells.append(Cell(name, "".join(lines)))
    return cells
