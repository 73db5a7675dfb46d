"""Takes apart what training and validation functions return."""

from __future__ import annotations

import math
import os
import re
import sys
from typing import Any

from . import safetensors_file
from .failures import StepFailure, format_traceback

_WRAPPERS = ("model_state", "state_dict", "model_state_dict", "model", "weights")
_RESERVED = {"weights", "state_dict", "final_checkpoint", "samples", "num_samples", "metrics"}


def weights_of(result: Any, out_dir: str) -> dict[str, Any]:
    """Return the state dict of a training function's result.

    Taken in this order: `weights`, `state_dict`, the file named by `final_checkpoint`, `<out_dir>/state_dict.pt`.

    Raises
    ------
    StepFailure
        invalid_update, saying what was got and what is expected.
    """
    found = result if isinstance(result, dict) else {}
    for key in ("weights", "state_dict"):
        value = found.get(key)
        if isinstance(value, str):
            return _checked(load_state_dict_file(value, "invalid_update"), f"file {value}")
        if value is not None:
            return _checked(value, f"`{key}`")
    path = found.get("final_checkpoint") or os.path.join(out_dir, "state_dict.pt")
    if os.path.isfile(path):
        return _checked(load_state_dict_file(path, "invalid_update"), f"file {path}")
    if found.get("final_checkpoint"):
        raise _invalid(f"the file {path} named by `final_checkpoint` is not there")
    got = (
        f"a dict with {', '.join(map(repr, list(found)[:10])) or 'nothing'}"
        if isinstance(result, dict)
        else type(result).__name__
    )
    raise _invalid(f"the training function returned {got} and wrote no state_dict.pt")


def load_state_dict_file(path: str, reason: str) -> dict[str, Any]:
    """Load a checkpoint without running anything in it, and unwrap `model_state` and the like."""
    try:
        import torch
    except ImportError as error:
        raise StepFailure(reason, f"{os.path.basename(path)} needs torch to be read; add torch to the requirements") from error
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 - torch raises many types for a bad file
        raise StepFailure(
            reason,
            f"{os.path.basename(path)} cannot be loaded ({_kind_of_file(path)}; {_line(error)}); save a plain state dict"
            " of tensors with torch.save(model.state_dict(), path)",
            format_traceback(error),
        ) from error
    for wrapper in _WRAPPERS:
        if isinstance(loaded, dict) and isinstance(loaded.get(wrapper), dict):
            loaded = loaded[wrapper]
            break
    if not isinstance(loaded, dict):
        raise StepFailure(reason, f"{os.path.basename(path)} holds {type(loaded).__name__}; save a state dict with torch.save")
    return loaded


def samples_of(result: Any) -> int:
    """Return the number of samples, 0 if there is none.

    Raises
    ------
    StepFailure
        invalid_update, if it is no whole number or negative.
    """
    found = result if isinstance(result, dict) else {}
    value = found.get("samples", found.get("num_samples"))
    if value is None:
        return 0
    number = _scalar(value)
    if number is None or isinstance(value, bool) or number != int(number) or not 0 <= number <= 2**40:
        raise _invalid(f"samples is {str(value)[:100]!r}, expected a whole number from 0 to 2^40")
    return int(number)


def metrics_of(result: Any) -> dict[str, float]:
    """Return every scalar of a result beside weights and samples, those under `metrics` included."""
    metrics: dict[str, float] = {}
    if not isinstance(result, dict):
        return metrics
    own = {key: value for key, value in result.items() if key not in _RESERVED}
    inner = result.get("metrics")
    for key, value in [*own.items(), *(inner.items() if isinstance(inner, dict) else ())]:
        number = _scalar(value)
        if number is not None and math.isfinite(number) and len(metrics) < 1000:
            metrics[metric_name(str(key))] = number
    return metrics


def metric_name(name: str) -> str:
    """Return the nearest allowed metric name."""
    plain = re.sub(r"[^A-Za-z0-9_./-]", "_", name)[:98]
    return plain if plain[:1].isalpha() else f"m_{plain}"


def _scalar(value: Any) -> float | None:
    if isinstance(value, (int, float)):
        try:
            return float(value)
        except OverflowError:
            return None
    if safetensors_file.is_torch(value) or safetensors_file.is_numpy(value):
        try:
            return float(value.item())
        except (ValueError, RuntimeError, TypeError):
            return None
    return None


def _checked(weights: Any, what: str) -> dict[str, Any]:
    if not hasattr(weights, "items"):
        raise _invalid(f"{what} is {type(weights).__name__}, expected a dict of tensors")
    state = dict(weights.items())
    if not state:
        raise _invalid(f"{what} is empty, expected a dict of tensors")
    for name, value in state.items():
        if not isinstance(name, str):
            raise _invalid(f"{what} has the name {name!r} ({type(name).__name__}), expected str")
        if not safetensors_file.is_torch(value) and not safetensors_file.is_numpy(value):
            raise _invalid(f"tensor {name} of {what} is {type(value).__name__}, expected a tensor")
    return state


def _invalid(what: str) -> StepFailure:
    return StepFailure("invalid_update", f'{what}; return {{"weights": model.state_dict(), "samples": n}}')


def _kind_of_file(path: str) -> str:
    try:
        with open(path, "rb") as file:
            head = file.read(8)
        size = os.path.getsize(path)
    except OSError as error:
        return _line(error)
    if head.startswith(b"PK"):
        kind = "a zip, perhaps a checkpoint with objects other than tensors"
    elif head.startswith(b"\x80"):
        kind = "a plain pickle"
    elif head.startswith(b"\x89HDF"):
        kind = "an HDF5 file"
    elif not head:
        kind = "an empty file"
    else:
        kind = "no PyTorch checkpoint"
    return f"{kind}, {size} bytes"


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300] if lines else ''}"


def tensor_kind(state: dict[str, Any] | None = None) -> str:
    """Return `numpy` if a state dict holds numpy arrays or there is no torch, else `torch`."""
    if state and all(safetensors_file.is_numpy(value) for value in state.values()):
        return "numpy"
    if "torch" in sys.modules:
        return "torch"
    try:
        import torch  # noqa: F401
    except ImportError:
        return "numpy"
    return "torch"
