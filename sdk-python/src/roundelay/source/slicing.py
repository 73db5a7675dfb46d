"""Cuts out of a session what a few names need: their definitions, helpers, constants and imports."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import sys
import types
from collections.abc import Iterable, Mapping
from typing import Any, Optional

from ..errors import SourceExtractionError
from .statements import Statement

# IPython adds names of its own to the builtins; a worker has only Python's.
_BUILTINS = (frozenset(dir(builtins)) - {"get_ipython", "display"}) | {
    "__file__",
    "__name__",
    "__doc__",
    "__builtins__",
}
NOT_ON_WORKERS = frozenset({"roundelay", "resontech"})


class Slice:
    """The statements that a set of names needs, found by following the names that each statement uses."""

    def __init__(self, statements: list[Statement], namespace: Mapping[str, Any]) -> None:
        self._statements = statements
        self._namespace = namespace
        self._taken: dict[int, Statement] = {}
        self._set_by_functions: set[str] = set()

    def source(self, wanted: Iterable[str]) -> str:
        """Returns a module's text that defines `wanted` and all they need, in the order in which it ran.

        Raises
        ------
        SourceExtractionError
            If a name has no source, naming it and who uses it.
        """
        pending = [(name, "") for name in wanted]
        seen: set[str] = set()
        while pending:
            name, user = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            for statement in self._defining(name, user):
                if statement.order not in self._taken:
                    self._taken[statement.order] = statement
                    self._set_by_functions |= statement.sets
                    pending += [(used, name) for used in sorted(statement.uses | statement.binds)]
        return self._render()

    def _defining(self, name: str, user: str) -> list[Statement]:
        binding = [statement for statement in self._statements if name in statement.binds]
        if not binding:
            return self._without_binding(name, user)
        chosen = self._live(name, binding)
        if isinstance(chosen[-1].node, (ast.Import, ast.ImportFrom)):
            self._require_on_workers(chosen[-1], name, user)
            return chosen
        first = chosen[0].order
        changing = [s for s in self._statements if name in s.changes and s.order > first and s not in chosen]
        for statement in (*chosen, *changing):
            if "get_ipython" in statement.uses:
                raise SourceExtractionError(
                    f"[{statement.cell.name}] {name} is made with a notebook magic (% or !), which a worker does not have; "
                    "write it in plain Python"
                )
        return chosen + changing

    def _without_binding(self, name: str, user: str) -> list[Statement]:
        if name in _BUILTINS or name in self._set_by_functions:
            return []
        stars = [statement for statement in self._statements if statement.is_star_import and _offers(statement, name)]
        if name in self._namespace and stars:
            return stars[-1:]
        by = f" (used by {user})" if user else ""
        if name in self._namespace:
            kind = type(self._namespace[name]).__name__
            raise SourceExtractionError(
                f"[{name}]{by} is a {kind} without source here: it came from %run, exec or an extension; "
                "define it in a cell, or put all into a .py file"
            )
        if name in ("get_ipython", "display"):
            raise SourceExtractionError(f"[{name}]{by} exists only in a notebook; a worker does not have it; leave it out")
        raise SourceExtractionError(f"[{name}]{by} is defined nowhere; define it in a cell, or import it")

    def _live(self, name: str, binding: list[Statement]) -> list[Statement]:
        last = binding[-1]
        if isinstance(last.node, ast.Import):
            return _without_repeats([s for s in binding if isinstance(s.node, ast.Import)])
        if last.is_definition or isinstance(last.node, ast.ImportFrom):
            return [self._of_live_object(name, binding) or last]
        candidates = list(binding)
        while len(candidates) > 1 and _contradicts(candidates[-1], name, self._namespace):
            candidates.pop()
        # X = X + 1 and X += 1 need what X was before; everything back to a plain X = ... belongs to it.
        start = len(candidates) - 1
        while start > 0 and name in _before(candidates[start], name):
            start -= 1
        return candidates[start:]

    def _of_live_object(self, name: str, binding: list[Statement]) -> Optional[Statement]:
        code = code_of(self._namespace.get(name))
        if code is None:
            return None
        text = "".join(linecache.getlines(code.co_filename)).strip()
        for statement in reversed(binding):
            last_line = statement.node.end_lineno or statement.first_line
            if statement.cell.text.strip() == text and statement.first_line <= code.co_firstlineno <= last_line:
                return statement
        return None

    @staticmethod
    def _require_on_workers(statement: Statement, name: str, user: str) -> None:
        node = statement.node
        modules = (
            [alias.name for alias in node.names if (alias.asname or alias.name.split(".")[0]) == name]
            if isinstance(node, ast.Import)
            else [(node.module or "") if isinstance(node, ast.ImportFrom) else ""]
        )
        for module in modules:
            if module.split(".")[0] in NOT_ON_WORKERS:
                raise SourceExtractionError(
                    f"[{user or name}] uses {name} of the package {module}, which workers do not have; leave it out there"
                )

    def _render(self) -> str:
        taken = [self._taken[order] for order in sorted(self._taken)]
        future = _without_repeats([s for s in self._statements if s.is_future_import])
        emitted: set[int] = {statement.order for statement in future}
        ordered: list[Statement] = []
        for statement in taken:
            self._emit(statement, taken, emitted, ordered)
        texts = [statement.text for statement in (*future, *ordered)]
        return "\n\n".join(texts) + "\n"

    # A helper that was defined anew later stands later than its first use: what runs at import has to come first.
    def _emit(self, statement: Statement, taken: list[Statement], emitted: set[int], ordered: list[Statement]) -> None:
        if statement.order in emitted:
            return
        emitted.add(statement.order)
        for needed in taken:
            if needed.order > statement.order and needed.binds & (statement.eager - statement.binds):
                self._emit(needed, taken, emitted, ordered)
        ordered.append(statement)


def code_of(value: object) -> Optional[types.CodeType]:
    """Returns the code of a function, or of a method that a class defines itself; None for everything else."""
    if isinstance(value, type):
        for member in vars(value).values():
            function = inspect.unwrap(getattr(member, "__func__", None) or getattr(member, "fget", None) or member)
            if not isinstance(function, types.FunctionType) or not function.__qualname__.startswith(f"{value.__qualname__}."):
                continue
            # A dataclass has methods made from text; their file is no source.
            if not function.__code__.co_filename.startswith("<string"):
                return function.__code__
        return None
    function = inspect.unwrap(value) if callable(value) else value
    return function.__code__ if isinstance(function, types.FunctionType) else None


def _offers(statement: Statement, name: str) -> bool:
    module = statement.node.module if isinstance(statement.node, ast.ImportFrom) else None
    return hasattr(sys.modules.get(module or ""), name)


def _before(statement: Statement, name: str) -> frozenset[str]:
    node = statement.node
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
        return statement.eager | {name}
    return statement.eager


# A cell that failed stays in the history: a literal that is not the value of the name now did not take effect.
def _contradicts(statement: Statement, name: str, namespace: Mapping[str, Any]) -> bool:
    node = statement.node
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None or name not in namespace:
        return False
    if not isinstance(node.value, (ast.Constant, ast.UnaryOp)):
        return False
    try:
        return bool(ast.literal_eval(node.value) != namespace[name])
    except (ValueError, TypeError):
        return False


def _without_repeats(statements: list[Statement]) -> list[Statement]:
    return list({statement.text: statement for statement in statements}.values())
