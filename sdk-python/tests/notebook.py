"""A notebook kernel without IPython: runs cells in a namespace of its own and keeps their source where kernels do."""

from __future__ import annotations

import linecache
import sys
import types
from typing import Any, Optional


class Notebook:
    """Stands in for ``__main__`` while it is open. With `history`, also for IPython and its list of cells."""

    def __init__(self, history: bool) -> None:
        self._history: Optional[list[str]] = [""] if history else None
        self._count = 0
        self._files: list[str] = []
        self._main = types.ModuleType("__main__")
        self._saved = {name: sys.modules.get(name) for name in ("__main__", "IPython")}
        sys.modules["__main__"] = self._main
        fake = types.ModuleType("IPython")
        fake.get_ipython = lambda: self if history else None  # type: ignore[attr-defined]
        sys.modules["IPython"] = fake

    @property
    def history_manager(self) -> Any:
        return types.SimpleNamespace(input_hist_parsed=self._history)

    @property
    def names(self) -> dict[str, Any]:
        return vars(self._main)

    def cell(self, text: str) -> None:
        """Runs a cell; an error in it is swallowed, as a notebook goes on after one."""
        self._count += 1
        name = f"/tmp/ipykernel_7/{hash(text) & 0xFFFF}{self._count}.py"
        if self._history is not None:
            self._history.append(text)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        self._files.append(name)
        try:
            exec(compile(text, name, "exec", dont_inherit=True), self.names)
        except Exception as error:
            self.last_error = error

    def close(self) -> None:
        for name in self._files:
            linecache.cache.pop(name, None)
        for name, module in self._saved.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
