"""Decides where the source of a model comes from, and gathers it into the files of a job's scripts folder."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Union

from ..errors import SourceExtractionError
from .cells import interactive_cells
from .modules import is_own_file, local_modules, read_source
from .slicing import NOT_ON_WORKERS, Slice, code_of
from .statements import Cell, Statement, statements_of

MODEL_DEF = "model_def.py"
_HEAP_TYPE = 1 << 9


@dataclass(frozen=True)
class Extracted:
    """The scripts folder of a job.

    Attributes
    ----------
    files : mapping of str to str
        Relative path to source; always holds ``model_def.py``.
    class_name : str
        Name of the model class in ``model_def``.
    has_validate : bool
        Whether ``model_def`` has the validation function.
    """

    files: Mapping[str, str]
    class_name: str
    has_validate: bool


def extract_source(model: type, *, train_fn: str, validate_fn: str) -> Extracted:
    """Gathers the source of a model class and its functions.

    A class from a file takes the whole file; a class from a notebook, or from a script that itself submits the job, takes
    the statements that it and the functions need. Modules of one's own that are imported travel along.

    Parameters
    ----------
    model : type
        The model class, defined at the top level of a file or cell.
    train_fn, validate_fn : str
        Names of the functions beside it; the second one may be missing.

    Raises
    ------
    SourceExtractionError
        Naming what cannot be taken along, and what to do instead.
    """
    _require_top_level_class(model)
    module = sys.modules.get(model.__module__)
    path = _file_of(module, model)
    if path is None:
        return _from_session(model, train_fn, validate_fn)
    text = read_source(path)
    statements = statements_of([Cell(path.name, text)])
    if not statements:
        raise SourceExtractionError(f"[{path}] no longer parses; it has changed since it was imported")
    bound = frozenset().union(*(statement.binds for statement in statements))
    if model.__name__ not in bound:
        raise SourceExtractionError(
            f"[{path}] has no top-level class {model.__name__}; it was made by other code or the file has changed since; "
            "write it as a class statement"
        )
    if train_fn not in bound:
        if model.__module__ != "__main__" and _main_has(model, train_fn):
            return _from_session(model, train_fn, validate_fn)
        raise SourceExtractionError(
            f"[{path}] has no function {train_fn}, only {_functions(statements)}; "
            f"define it beside {model.__name__}, or name yours by ModelConfig(train_fn=...)"
        )
    has_validate = validate_fn in bound
    if model.__module__ == "__main__" and any(_imports_sdk(statement) for statement in statements):
        wanted = [model.__name__, train_fn, *([validate_fn] if has_validate else [])]
        return _cut(statements, vars(module), wanted, model.__name__, has_validate, path.parent)
    return _whole_file(path, text, model, train_fn, validate_fn if has_validate else None)


def extract_file(path: Path, class_name: str, *, train_fn: str, validate_fn: str) -> Extracted:
    """Takes a file whole, without importing it.

    Raises
    ------
    SourceExtractionError
        If it lacks the class or the training function.
    """
    text = read_source(path)
    statements = statements_of([Cell(path.name, text)])
    bound = frozenset().union(*(statement.binds for statement in statements))
    for name in (class_name, train_fn):
        if name not in bound:
            todo = "name another class" if name == class_name else "define it beside the class"
            raise SourceExtractionError(f"[{path}] has no {name} at its top level, only {_functions(statements)}; {todo}")
    return Extracted(_with_modules(text, path.parent), class_name, validate_fn in bound)


def _require_top_level_class(model: object) -> None:
    if not isinstance(model, type):
        kind = type(model)
        given = "a lambda" if getattr(model, "__name__", "") == "<lambda>" else f"an object of type {kind.__name__}"
        hint = f"pass the class itself: {kind.__name__}" if hasattr(model, "state_dict") else "pass the model class"
        raise SourceExtractionError(f"[model] {given} is no class; {hint}, its arguments go into ModelConfig(model_args=...)")
    if "<locals>" in model.__qualname__:
        raise SourceExtractionError(
            f"[{model.__qualname__}] is defined inside a function, so it may hold that function's local values; "
            "define it at the top level, and pass values by ModelConfig(model_args=...)"
        )
    if "." in model.__qualname__:
        raise SourceExtractionError(f"[{model.__qualname__}] is defined inside another class; define it at the top level")
    if not model.__flags__ & _HEAP_TYPE:
        raise SourceExtractionError(f"[{model.__name__}] is compiled code without Python source; write a class around it")


def _file_of(module: Optional[types.ModuleType], model: type) -> Optional[Path]:
    name = getattr(module, "__file__", None)
    if not name:
        if model.__module__ != "__main__" and module is not None:
            raise SourceExtractionError(
                f"[{model.__name__}] its module {model.__module__} has no source file; define the class in a .py file or a cell"
            )
        return None
    path = Path(name)
    if path.suffix != ".py" or not path.is_file():
        if model.__module__ == "__main__":
            return None
        raise SourceExtractionError(f"[{model.__name__}] {path} is no Python source file; define the class in a .py file")
    code = code_of(model)
    if model.__module__ == "__main__" and code is not None and Path(code.co_filename).name != path.name:
        return None  # Typed into the session that a script opened (python -i).
    if not is_own_file(path):
        raise SourceExtractionError(
            f"[{model.__name__}] belongs to the installed package {model.__module__.split('.')[0]}; "
            f"subclass it in a file or cell of your own, beside the training function"
        )
    return path


def _main_has(model: type, train_fn: str) -> bool:
    main = vars(sys.modules["__main__"])
    return callable(main.get(train_fn)) and main.get(model.__name__) is model


def _from_session(model: type, train_fn: str, validate_fn: str) -> Extracted:
    main = sys.modules["__main__"]
    namespace = vars(main)
    for name in (train_fn, validate_fn):
        _require_plain_function(name, namespace.get(name), required=name == train_fn)
    codes = (code_of(model), code_of(namespace[train_fn]))
    cells = interactive_cells(tuple(code.co_filename for code in codes if code is not None))
    statements = statements_of(cells or _script_of(main))
    if not statements:
        raise SourceExtractionError(
            f"[{model.__name__}] was typed into a Python that keeps no source of what is typed; "
            "put it into a .py file and import it"
        )
    has_validate = callable(namespace.get(validate_fn))
    wanted = [model.__name__, train_fn, *([validate_fn] if has_validate else [])]
    return _cut(statements, namespace, wanted, model.__name__, has_validate, None)


def _script_of(main: types.ModuleType) -> list[Cell]:
    path = Path(getattr(main, "__file__", None) or "")
    return [Cell(path.name, read_source(path))] if path.is_file() else []


def _require_plain_function(name: str, value: object, *, required: bool) -> None:
    if value is None:
        if required:
            raise SourceExtractionError(
                f"[{name}] is defined nowhere; define it in a cell, or name yours by ModelConfig(train_fn=...)"
            )
        return
    code = code_of(value)
    if isinstance(value, type) or code is None:
        raise SourceExtractionError(f"[{name}] is a {type(value).__name__} without Python source; write it as a def")
    if code.co_name == "<lambda>":
        raise SourceExtractionError(f"[{name}] is a lambda; write it as a def")
    if code.co_freevars and getattr(value, "__wrapped__", None) is None:
        raise SourceExtractionError(
            f"[{name}] takes {', '.join(code.co_freevars)} from the function that it was made in; "
            "define it at the top level, and pass values by TrainingConfig(extra=...)"
        )


def _cut(
    statements: list[Statement],
    namespace: Mapping[str, Any],
    wanted: list[str],
    class_name: str,
    has_validate: bool,
    folder: Optional[Path],
) -> Extracted:
    text = Slice(statements, namespace).source(wanted)
    return Extracted(_with_modules(text, folder), class_name, has_validate)


def _whole_file(path: Path, text: str, model: type, train_fn: str, validate_fn: Optional[str]) -> Extracted:
    if "." not in model.__module__:
        return Extracted(_with_modules(text, path.parent), model.__name__, validate_fn is not None)
    # Inside a package, relative imports only work if the package goes along; model_def then just names what is in it.
    names = ", ".join(name for name in (model.__name__, train_fn, validate_fn) if name)
    shim = f"from {model.__module__} import {names}\n"
    top = path.parents[model.__module__.count(".")]
    return Extracted(_with_modules(shim, top), model.__name__, validate_fn is not None)


def _with_modules(text: str, folder: Optional[Path]) -> dict[str, str]:
    modules = local_modules(text, folder)
    if modules.get(MODEL_DEF, text) != text:
        raise SourceExtractionError(
            "[model_def] the source imports a module model_def of yours, and that name is the job's own; rename your file"
        )
    return {MODEL_DEF: text, **modules}


def _imports_sdk(statement: Statement) -> bool:
    node = statement.node
    names = (
        [alias.name for alias in node.names]
        if isinstance(node, ast.Import)
        else [node.module or ""]
        if isinstance(node, ast.ImportFrom)
        else []
    )
    return any(name.split(".")[0] in NOT_ON_WORKERS for name in names)


def _functions(statements: list[Statement]) -> str:
    names = [name for statement in statements if statement.is_definition for name in sorted(statement.binds)]
    return ", ".join(names) or "no function or class"


def extract_model(model: Union[type, str], *, train_fn: str, validate_fn: str) -> Extracted:
    """Takes along a class (`extract_source`), or ``"path/to/file.py:ClassName"`` (`extract_file`).

    Raises
    ------
    SourceExtractionError
        Also if a text is not of that form.
    """
    if not isinstance(model, str):
        return extract_source(model, train_fn=train_fn, validate_fn=validate_fn)
    path, colon, class_name = model.rpartition(":")
    if not colon or not path.endswith(".py"):
        raise SourceExtractionError(f"[model] {model!r} is neither a class nor of the form 'path/to/file.py:ClassName'")
    return extract_file(Path(path).expanduser(), class_name, train_fn=train_fn, validate_fn=validate_fn)
