"""Top-level statements of a cell: which names each binds, uses and changes."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

_COMPREHENSIONS = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})
_WRAPPING_MAGICS = frozenset({"time", "capture"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Cell:
    """A piece of source that was run as a whole: a notebook cell, or a file. `name` is what a traceback calls it."""

    name: str
    text: str


@dataclass(frozen=True, eq=False)
class Statement:
    """One top-level statement.

    Attributes
    ----------
    order : int
        Place in the order of execution over all cells.
    binds : frozenset of str
        Names that it defines at module level.
    uses : frozenset of str
        Names that it or code inside of it takes from module level or the builtins.
    eager : frozenset of str
        Those of `uses` that are needed at the moment it runs, not only when a function is called later.
    changes : frozenset of str
        Names whose value it changes without binding them: ``X[0] = 1``, ``X.a = 1``, ``X.append(1)``.
    sets : frozenset of str
        Names that functions inside of it bind through ``global``.
    """

    order: int
    cell: Cell
    node: ast.stmt
    text: str
    binds: frozenset[str]
    uses: frozenset[str]
    eager: frozenset[str]
    changes: frozenset[str]
    sets: frozenset[str]

    @property
    def is_definition(self) -> bool:
        return isinstance(self.node, _DEFINITIONS)

    @property
    def is_future_import(self) -> bool:
        return isinstance(self.node, ast.ImportFrom) and self.node.module == "__future__"

    @property
    def is_star_import(self) -> bool:
        return isinstance(self.node, ast.ImportFrom) and any(alias.name == "*" for alias in self.node.names)

    @property
    def first_line(self) -> int:
        return _first_line(self.node)


def statements_of(cells: list[Cell]) -> list[Statement]:
    """Splits cells into statements, in order. A cell that does not parse never ran, and is passed over."""
    found: list[Statement] = []
    for cell in cells:
        for node, text in _split(cell.text):
            found.append(_statement(len(found), cell, node, text))
    return found


def _split(text: str) -> Iterator[tuple[ast.stmt, str]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.splitlines(keepends=True)
    for index, node in enumerate(tree.body):
        wrapped = _code_of_cell_magic(node)
        if wrapped is not None:
            yield from _split(wrapped)
            continue
        neighbours = tree.body[max(0, index - 1) : index] + tree.body[index + 1 : index + 2]
        last = node.end_lineno or node.lineno
        if any(_first_line(other) <= last and (other.end_lineno or 0) >= node.lineno for other in neighbours):
            yield node, ast.unparse(node)
        else:
            yield node, "".join(lines[_first_line(node) - 1 : last]).rstrip()


# IPython stores `%%time` and its cell as get_ipython().run_cell_magic('time', '', '<cell>').
def _code_of_cell_magic(node: ast.stmt) -> Union[str, None]:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return None
    call = node.value
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "run_cell_magic" and len(call.args) == 3):
        return None
    name, _, code = (arg.value if isinstance(arg, ast.Constant) else None for arg in call.args)
    return code if name in _WRAPPING_MAGICS and isinstance(code, str) else None


def _statement(order: int, cell: Cell, node: ast.stmt, text: str) -> Statement:
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        nothing: frozenset[str] = frozenset()
        return Statement(order, cell, node, text, nothing, nothing, nothing, nothing, nothing)
    top = symtable.symtable(text, cell.name, "exec")
    symbols = top.get_symbols()
    referenced = {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    inner: set[str] = set()
    eager: set[str] = set()
    sets: set[str] = set()
    for child in top.get_children():
        _collect(child, inner, sets)
        _collect_eager(child, eager)
    return Statement(
        order=order,
        cell=cell,
        node=node,
        text=text,
        binds=frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported()),
        uses=frozenset(referenced | inner),
        eager=frozenset(referenced | eager),
        changes=frozenset(_changed_names(node)),
        sets=frozenset(sets),
    )


def _collect(table: symtable.SymbolTable, uses: set[str], sets: set[str]) -> None:
    for symbol in table.get_symbols():
        if symbol.is_global() and symbol.is_referenced():
            uses.add(symbol.get_name())
        if symbol.is_declared_global() and symbol.is_assigned():
            sets.add(symbol.get_name())
    for child in table.get_children():
        _collect(child, uses, sets)


def _collect_eager(table: symtable.SymbolTable, eager: set[str]) -> None:
    runs_now = str(table.get_type()).endswith("class") or table.get_name() in _COMPREHENSIONS
    if not runs_now:
        return
    eager.update(symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced())
    for child in table.get_children():
        _collect_eager(child, eager)


def _changed_names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (*_DEFINITIONS, ast.Lambda)):
        return
    targets: list[ast.expr] = []
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.For)):
        targets = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        targets = [node.value.func]
    for target in targets:
        for part in ast.walk(target) if isinstance(target, (ast.Tuple, ast.List)) else [target]:
            root = _root(part)
            if root is not None:
                yield root
    for child in ast.iter_child_nodes(node):
        yield from _changed_names(child)


def _root(node: ast.AST) -> Union[str, None]:
    if not isinstance(node, (ast.Attribute, ast.Subscript)):
        return None
    inner: ast.AST = node
    while isinstance(inner, (ast.Attribute, ast.Subscript)):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else None


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _DEFINITIONS) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
