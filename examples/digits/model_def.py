"""A small CNN for 8 x 8 handwritten digits, and the two functions that a site runs.

Needs torch and numpy, nothing else: works on torch 1.13 and on current torch.
"""

import csv
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812


class DigitsNet(nn.Module):
    """Two convolutions and two linear layers, about 18,000 weights.

    Input: float32 [n, 1, 8, 8], 0 to 1. Output: float32 [n, 10], one score for each digit.
    """

    def __init__(self, channels=16):
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, 2 * channels, 3, padding=1)
        self.hidden = nn.Linear(2 * channels * 2 * 2, 96)
        self.scores = nn.Linear(96, 10)

    def forward(self, images):
        x = F.max_pool2d(F.relu(self.conv1(images)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.scores(F.relu(self.hidden(x.flatten(1))))


def load(path):
    """Reads a .npz of prepare.py: images [n, 1, 8, 8] from 0 to 1, labels [n]."""
    with np.load(path) as arrays:
        images = torch.from_numpy(arrays["images"].astype("float32") / 16.0).unsqueeze(1)
        labels = torch.from_numpy(arrays["labels"].astype("int64"))
    return images, labels


def fl_train(model, env, out_dir, logger=None):
    """One round at one site: EPOCHS passes over the site's own images, from the global weights."""
    images, labels = load(Path(env["DATA_ROOT"]) / "train.npz")
    device = next(model.parameters()).device
    images, labels = images.to(device), labels.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=env["LR"], momentum=env.get("MOMENTUM", 0.9))

    model.train()
    history = []
    step = 0
    for epoch in range(int(env["EPOCHS"])):
        total, right = 0.0, 0
        for batch in torch.randperm(len(labels), device=device).split(int(env["BATCH_SIZE"])):
            scores = model(images[batch])
            loss = F.cross_entropy(scores, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            right += int((scores.argmax(1) == labels[batch]).sum())
            step += 1
        history.append({"epoch": epoch, "loss": total / len(labels), "accuracy": right / len(labels)})
        if logger is not None:
            logger.info(f"epoch {epoch + 1}: loss {history[-1]['loss']:.4f}, accuracy {history[-1]['accuracy']:.4f}")
            if hasattr(logger, "metric"):
                logger.metric("loss", history[-1]["loss"], step=step)

    with open(Path(out_dir) / "history.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, ["epoch", "loss", "accuracy"])
        writer.writeheader()
        writer.writerows(history)
    return {
        "weights": {name: tensor.cpu() for name, tensor in model.state_dict().items()},
        "samples": len(labels),
        "train_loss": history[-1]["loss"],
        "train_accuracy": history[-1]["accuracy"],
    }


def fl_validate(model, env, out_dir, logger=None):
    """How good the global model is on images that this site keeps back from its training."""
    images, labels = load(Path(env["DATA_ROOT"]) / "valid.npz")
    device = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        scores = model(images.to(device)).cpu()
    return {
        "metrics": {
            "accuracy": float((scores.argmax(1) == labels).float().mean()),
            "loss": float(F.cross_entropy(scores, labels)),
        },
        "samples": len(labels),
    }
