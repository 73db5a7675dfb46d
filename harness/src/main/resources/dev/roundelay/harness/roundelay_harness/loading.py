"""Imports the user's module and finds what the job names in it."""

from __future__ import annotations

import importlib
import inspect
import os
import platform
import sys
from types import ModuleType
from typing import Any, Callable

from .failures import StepFailure, format_traceback, report, user_line

OLDER_TRAIN, OLDER_VALIDATE = "fl_train_model", "fl_validate_model"


class UserModule:
    """The user's module and its entry points.

    Attributes
    ----------
    model_class : type or None
        None in the older form, where the function gets one payload.
    train, validate : callable
        None where the module has none; `train` may lack only where an NVFlare executor trains.
    """

    def __init__(self, module: ModuleType, spec: dict[str, Any]) -> None:
        self.module = module
        code = spec.get("nvflare") or {}
        own_executor, own_persistor = code.get("executor") is not None, code.get("persistor") is not None
        wanted = (spec.get("class") or "").rsplit(".", 1)[-1]
        # Between an executor and a persistor nothing of ours touches the class: it may be of any form.
        self.model_class = self._find_class(wanted) if wanted and not (own_executor and own_persistor) else None
        older = self.model_class is None
        self.train = self._find_function(spec["trainFn"], OLDER_TRAIN if older else None)
        if self.train is None and not own_executor:
            raise self._missing("function", spec["trainFn"], self.functions())
        self.validate = self._find_function(spec["validateFn"], OLDER_VALIDATE if older else None)

    @classmethod
    def load(cls, scripts: str, spec: dict[str, Any]) -> "UserModule":
        """Import the module from the scripts folder.

        Raises
        ------
        StepFailure
            model_def_missing, model_def_broken, entrypoint_missing, or what else went wrong at import.
        """
        name = spec["module"]
        path = os.path.join(scripts, *name.split("."))
        if not os.path.isfile(path + ".py") and not os.path.isdir(path):
            there = ", ".join(sorted(os.listdir(scripts))[:20]) or "nothing"
            raise StepFailure(
                "model_def_missing", f"there is no {name}.py in the job's scripts folder (it holds {there}); upload it"
            )
        sys.path.insert(0, scripts)
        sys.argv = [path + ".py"]
        os.chdir(scripts)
        try:
            module = importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - whatever the import raises is the user's
            raise import_failure(error, name) from error
        return cls(module, spec)

    def classes(self) -> list[str]:
        """Return the names of the classes that the module defines."""
        return self._own(inspect.isclass)

    def functions(self) -> list[str]:
        """Return the names of the functions that the module defines."""
        return self._own(inspect.isfunction)

    def _own(self, kind: Callable[[Any], bool]) -> list[str]:
        return [
            name
            for name, value in list(vars(self.module).items())
            if kind(value) and getattr(value, "__module__", None) == self.module.__name__
        ][:200]

    def _find_class(self, name: str) -> type:
        found = getattr(self.module, name, None)
        if not inspect.isclass(found):
            raise self._missing("class", name, self.classes())
        for method in ("state_dict", "load_state_dict"):
            if not callable(getattr(found, method, None)):
                raise StepFailure(
                    "entrypoint_missing",
                    f"class {name} has no {method}(); make it a torch.nn.Module or give it that method",
                )
        return found

    def _find_function(self, name: str, older: str | None) -> Callable[..., Any] | None:
        for candidate in (name, older):
            found = getattr(self.module, candidate, None) if candidate else None
            if callable(found):
                return found
        return None

    def _missing(self, kind: str, name: str, there: list[str]) -> StepFailure:
        names = ", ".join(there[:20]) or "none"
        return StepFailure(
            "entrypoint_missing",
            f"{self.module.__name__} has no {kind} {name}; define it or name one of those that are there: {names}",
        )


def import_failure(error: BaseException, name: str) -> StepFailure:
    """Return how the import of a module of the user's failed."""
    found = report(error, "model_def_broken")
    if found["reason"] != "model_def_broken":
        return StepFailure(found["reason"], found["message"], found["detail"], found["loss"])
    place = user_line(error) or f"{name}.py"
    first = (str(error).strip().splitlines() or [""])[0]
    advice = "put every import and definition into the same file or cell as the model"
    if isinstance(error, ModuleNotFoundError):
        advice = f"add {(error.name or '').split('.')[0]} to the requirements, or send the module along with the scripts"
    elif isinstance(error, SyntaxError):
        advice = "mend the syntax, or use what this Python version knows"
    return StepFailure(
        "model_def_broken",
        f"{place}: {type(error).__name__}: {first} (Python {platform.python_version()} on the worker); {advice}",
        format_traceback(error),
    )
