"""The network of the accuracy benchmark, and what a site does: plain SGD, with the terms that strategies ask for.

`POISON` in `env` makes that many of the first sites hostile: they send the opposite of what they learned, threefold.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812


class Net(nn.Module):
    """Two layers over 8 x 8 images, 2,410 weights."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(64, 32)
        self.scores = nn.Linear(32, 10)

    def forward(self, images):
        return self.scores(F.relu(self.hidden(images)))


def load(path):
    with np.load(path) as arrays:
        images = torch.from_numpy(arrays["images"].reshape(-1, 64).astype("float32") / 16.0)
        return images, torch.from_numpy(arrays["labels"].astype("int64"))


def descend(model, images, labels, epochs, batch, lr, mu=0.0, correction=None):
    """Returns the number of steps of plain SGD."""
    start = [parameter.detach().clone() for parameter in model.parameters()]
    steps = 0
    for _ in range(epochs):
        for rows in torch.randperm(len(labels)).split(batch):
            model.zero_grad()
            F.cross_entropy(model(images[rows]), labels[rows]).backward()
            with torch.no_grad():
                for (name, parameter), first in zip(model.named_parameters(), start):
                    gradient = parameter.grad + mu * (parameter - first)
                    if correction is not None:
                        gradient += correction[name]
                    parameter -= lr * gradient
            steps += 1
    return steps


def fl_train(model, env, out_dir, logger=None):
    images, labels = load(Path(env["DATA_ROOT"]) / "train.npz")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    steps = descend(
        model, images, labels, env["EPOCHS"], env["BATCH_SIZE"], env["LR"], env.get("FEDPROX_MU", 0.0), env.get("CORRECTION")
    )
    weights = model.state_dict()
    if int(env["SITE_NAME"].split("-")[1]) <= env.get("POISON", 0):
        weights = {name: before[name] - 3 * (weights[name] - before[name]) for name in weights}
    return {"weights": weights, "samples": len(labels), "steps": steps, "lr": env["LR"]}


def accuracy(model, images, labels):
    with torch.no_grad():
        return float((model(images).argmax(1) == labels).float().mean())


def fl_validate(model, env, out_dir, logger=None):
    images, labels = load(Path(env["ASSETS"]) / "heldout.npz")
    return {"metrics": {"accuracy": accuracy(model, images, labels)}, "samples": len(labels)}
