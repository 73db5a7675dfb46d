"""Training that costs next to nothing: what a round takes is then the platform's time. So do the programs of peers/."""

from __future__ import annotations

import threading
from typing import Any

import numpy

Weights = dict[str, Any]

TENSORS = 20
SEED = 1


def start(megabytes: int, tensors: int = TENSORS) -> Weights:
    """Return random weights, float32: what is equal, some platforms store and send once."""
    random = numpy.random.default_rng(SEED)
    size = megabytes * 1_000_000 // 4 // tensors
    return {f"layer{i}.weight": random.random(size, dtype=numpy.float32) for i in range(tensors)}


def addend(site: int) -> Any:
    """Return what the site of that index, from 0, adds to each weight; each one something else, and exact in float32."""
    return numpy.float32(1 + site / 1024)


def trained(weights: Weights, site: int) -> Weights:
    """Return the update of a site."""
    return {name: value + addend(site) for name, value in weights.items()}


def largest_error(weights: Weights, megabytes: int, sites: int, rounds: int) -> float:
    """Return how far the weights are from where so many rounds lead.

    Raises
    ------
    ValueError
        If they are further than rounding explains, as when one site of a few was left out of one round of a few.
    """
    first = start(megabytes)
    if set(first) != set(weights):
        raise ValueError(f"other tensors than at the start: {sorted(weights)[:5]}")
    moved = rounds * sum(float(addend(site)) for site in range(sites)) / sites
    error = 0.0
    for name, value in first.items():
        if weights[name].shape != value.shape or weights[name].dtype != value.dtype:
            raise ValueError(f"{name} is {weights[name].dtype} {weights[name].shape} now, was {value.dtype} {value.shape}")
        error = max(error, float(numpy.abs(weights[name] - (value + numpy.float64(moved))).max()))
    # A sum rounds once for each site, by 2^-24 of what has grown by the number of rounds; so do some other steps.
    if not error <= 1e-7 * (rounds + 1) * (sites + 4):
        raise ValueError(f"after {rounds} rounds of {sites} sites a weight is off by {error}; it should have moved by {moved}")
    return error


class Net:
    """Random at first; each later one of a process is given its weights, and would draw its own for nothing."""

    is_drawn = False

    def __init__(self, megabytes: int = 4, tensors: int = TENSORS) -> None:
        self.weights = {} if Net.is_drawn else start(megabytes, tensors)
        Net.is_drawn = True

    def state_dict(self) -> Weights:
        return self.weights

    def load_state_dict(self, weights: Weights, strict: bool = True) -> None:
        self.weights = dict(weights)


def fl_train(model: Net, env: dict[str, Any], out_dir: str, logger: Any = None) -> dict[str, Any]:
    threading.Event().wait(float(env.get("SECONDS", 0)))
    return {"weights": trained(model.state_dict(), int(env["SITE_NAME"].removeprefix("site-")) - 1), "samples": 1}
