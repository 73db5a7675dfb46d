"""Calls user functions: seeds, arguments, models."""

from __future__ import annotations

import inspect
import random
import sys
from typing import Any, Callable

from . import late_torch
from .channel import Channel
from .failures import StepFailure
from .results import tensor_kind


def seed_everything(seed: int) -> None:
    """Seed `random`, numpy and torch, as far as they are there; torch without importing it."""
    random.seed(seed)
    try:
        import numpy
    except ImportError:
        pass
    else:
        numpy.random.seed(seed)
    late_torch.set_seed(seed)


def choose_device(wanted: str) -> str:
    """Return the device of the job.

    Raises
    ------
    StepFailure
        gpu_unavailable, if a GPU was leased and torch sees none: never a silent fall to the CPU.
    """
    if wanted != "cuda":
        return "cpu"
    try:
        import torch
    except ImportError:
        return "cuda"
    if torch.cuda.is_available():
        return "cuda"
    raise StepFailure(
        "gpu_unavailable",
        f"a GPU was leased but torch {torch.__version__} (CUDA {torch.version.cuda}) sees none;"
        " ask the operator to check driver and torch build of the worker",
        # A torch that was built without CUDA says nothing about the GPU.
        loss=torch.version.cuda is not None,
    )


def call(function: Callable[..., Any], first: list[Any], out_dir: str, logger: Any) -> Any:
    """Call a training or validation function with as much of `(*first, out_dir, logger=logger)` as it takes."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return function(*first, out_dir, logger=logger)
    forms: list[tuple[list[Any], dict[str, Any]]] = [
        ([*first, out_dir], {"logger": logger}),
        ([*first, out_dir, logger], {}),
        ([*first, out_dir], {}),
        (first, {"logger": logger}),
        (first, {}),
    ]
    for positional, keywords in forms:
        try:
            signature.bind(*positional, **keywords)
        except TypeError:
            continue
        return function(*positional, **keywords)
    names = ", ".join(signature.parameters)
    raise StepFailure(
        "entrypoint_missing",
        f"{getattr(function, '__name__', 'the function')}({names}) cannot take"
        f" ({'payload' if len(first) == 1 else 'model, env'}, out_dir, logger=...); change its parameters",
    )


def build(model_class: type, args: dict[str, Any], device: str) -> Any:
    """Return a fresh model on its device."""
    model = model_class(**args)
    move = getattr(model, "to", None)
    if callable(move) and "torch" in sys.modules and isinstance(model, sys.modules["torch"].nn.Module):
        move(device)
    return model


def load_weights(model: Any, weights: dict[str, Any], channel: Channel) -> None:
    """Load weights into a model: strict first, then non-strict with a warning.

    Raises
    ------
    Exception
        What `load_state_dict` raises, if nothing fits even so.
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(model, torch.nn.Module):
        model.load_state_dict(weights)
        return
    try:
        model.load_state_dict(weights, strict=True)
        return
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:500]
    own = set(model.state_dict())
    if weights and not own & set(weights):
        raise RuntimeError(f"no name of the weights is in the model: {', '.join(list(weights)[:5])} ...")
    model.load_state_dict(weights, strict=False)
    channel.warn("weights_not_strict", f"the weights fit only in part: {reason}")
    channel.log("warning", f"[weights] loaded non-strictly: {reason}")


def kind_for(model: Any) -> str:
    """Return whether a model wants torch tensors or numpy arrays."""
    return tensor_kind(dict(model.state_dict()))


def zeros_like_floating(weights: dict[str, Any]) -> dict[str, Any]:
    """Return float32 zeros in the shape of each floating tensor."""
    zeros = {}
    torch = sys.modules.get("torch")
    for name, value in weights.items():
        if torch is not None and isinstance(value, torch.Tensor):
            if value.is_floating_point():
                zeros[name] = torch.zeros(value.shape, dtype=torch.float32)
        elif value.dtype.kind == "f":
            import numpy

            zeros[name] = numpy.zeros(value.shape, dtype=numpy.float32)
    return zeros


def as_kind(state: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return numpy arrays as what a model wants: themselves, or torch tensors over their own copies."""
    if kind != "torch":
        return state
    import numpy
    import torch

    return {name: torch.from_numpy(numpy.array(value)) for name, value in state.items()}
