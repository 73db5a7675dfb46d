"""A tiny network that tells benign from malignant tumours by 30 measurements, and the two functions that a site runs.

Needs torch and numpy, nothing else: works on torch 1.13 and on current torch.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

# The largest value of each measurement, from the description of the data set: sites agree on the scale without
# showing one another their data.
LARGEST = [
    28.11, 39.28, 188.5, 2501.0, 0.163, 0.345, 0.427, 0.201, 0.304, 0.097,
    2.873, 4.885, 21.98, 542.2, 0.031, 0.135, 0.396, 0.053, 0.079, 0.03,
    36.04, 49.54, 251.2, 4254.0, 0.223, 1.058, 1.252, 0.291, 0.664, 0.208,
]  # fmt: skip


class TumourNet(nn.Module):
    """Input: float32 [n, 30], 0 to 1. Output: float32 [n], above 0 means benign."""

    def __init__(self, width=32):
        super().__init__()
        self.hidden = nn.Linear(30, width)
        self.score = nn.Linear(width, 1)

    def forward(self, measurements):
        return self.score(F.relu(self.hidden(measurements))).squeeze(1)


def load(path):
    """Reads a .npz of prepare.py: measurements [n, 30] from 0 to 1, labels [n] (1 is benign)."""
    with np.load(path) as arrays:
        measurements = torch.from_numpy(arrays["measurements"].astype("float32")) / torch.tensor(LARGEST)
        labels = torch.from_numpy(arrays["labels"].astype("float32"))
    return measurements, labels


def fl_train(model, env, out_dir, logger=None):
    """One round at one site: EPOCHS passes over the site's own patients, from the global weights."""
    measurements, labels = load(Path(env["DATA_ROOT"]) / "train.npz")
    device = next(model.parameters()).device
    measurements, labels = measurements.to(device), labels.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=env["LR"], weight_decay=env.get("WEIGHT_DECAY", 0.0))
    model.train()
    for epoch in range(int(env["EPOCHS"])):
        total = 0.0
        for batch in torch.randperm(len(labels), device=device).split(int(env["BATCH_SIZE"])):
            loss = F.binary_cross_entropy_with_logits(model(measurements[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        mean_loss = total / len(labels)
        if logger is not None:
            logger.info(f"epoch {epoch + 1}: loss {mean_loss:.4f} over {len(labels)} patients")
    return {
        "weights": {name: tensor.cpu() for name, tensor in model.state_dict().items()},
        "samples": len(labels),
        "train_loss": mean_loss,
    }


def fl_validate(model, env, out_dir, logger=None):
    """How good the global model is on patients that this site keeps back from its training."""
    measurements, labels = load(Path(env["DATA_ROOT"]) / "valid.npz")
    device = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        scores = model(measurements.to(device)).cpu()
    return {
        "metrics": {
            "accuracy": float(((scores > 0).float() == labels).float().mean()),
            "loss": float(F.binary_cross_entropy_with_logits(scores, labels)),
        },
        "samples": len(labels),
    }
