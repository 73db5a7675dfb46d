"""Sets torch's threads and seed: at once where torch is imported, else the moment that the user's code imports it.

Importing torch takes seconds; a job that never needs it must not pay for them. One that imports it in the middle of a
round must still find the seed of that round, or a continued job would give other bits than one that ran through.
"""

from __future__ import annotations

import importlib.abc
import sys
from typing import Any, Sequence

_waiting: dict[str, int] = {}


def set_threads(count: int) -> None:
    """Fix torch's threads."""
    _set("set_num_threads", count)


def set_seed(seed: int) -> None:
    """Seed torch."""
    _set("manual_seed", seed)


def _set(function: str, value: int) -> None:
    torch = sys.modules.get("torch")
    # A torch that is only half imported has no such function yet; whoever imports it comes by here at its end.
    if torch is not None and hasattr(torch, function):
        getattr(torch, function)(value)
        return
    _waiting[function] = value
    if not any(isinstance(finder, _TorchFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _TorchFinder())


class _TorchFinder(importlib.abc.MetaPathFinder):
    """Finds torch as the finders behind it do, with a loader that applies the settings."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> Any:
        """Return the wrapped spec of torch, None for everything else."""
        if name != "torch":
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = None if finder is self or find is None else find(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _TorchLoader(spec.loader, self)
                return spec
        return None


class _TorchLoader(importlib.abc.Loader):
    """Loads as another loader does, then applies the settings once."""

    def __init__(self, loader: Any, finder: _TorchFinder) -> None:
        self._loader = loader
        self._finder = finder

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of a loader: source, resources, file name."""
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        """Create the module as ever."""
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        """Run the module, then set threads and seed."""
        # From here on torch is as if nobody had looked.
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        while _waiting:
            function, value = _waiting.popitem()
            getattr(module, function)(value)
