"""Tells benign from malignant tumours by 30 measurements that lie in a CSV file of each hospital.

Needs torch and numpy, nothing else.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

# Every fifth patient is kept back from training, at each hospital by itself.
VALID_EVERY = 5


class TumourScore(nn.Module):
    """Input: float32 [n, 30], as measured. Output: float32 [n], above 0 means benign."""

    def __init__(self):
        super().__init__()
        # The scale of each column is learnt over all hospitals: statistics travel as buffers, like the weights.
        self.scale = nn.BatchNorm1d(30)
        self.score = nn.Linear(30, 1)

    def forward(self, measurements):
        return self.score(self.scale(measurements)).squeeze(1)


def load(folder, kept_back):
    """Reads patients.csv of the folder that a worker offers: measurements [n, 30], labels [n] (1 is benign)."""
    rows = np.loadtxt(Path(folder) / "patients.csv", delimiter=",", dtype="float32")
    chosen = (np.arange(len(rows)) % VALID_EVERY == 0) == kept_back
    return torch.from_numpy(rows[chosen, :-1]), torch.from_numpy(rows[chosen, -1])


def fl_train(model, env, out_dir, logger=None):
    """One round at one hospital: EPOCHS passes over its own patients, from the global weights."""
    measurements, labels = load(env["DATA_ROOT"], kept_back=False)
    optimizer = torch.optim.Adam(model.parameters(), lr=env["LR"])
    model.train()
    for epoch in range(int(env["EPOCHS"])):
        total = 0.0
        for batch in torch.randperm(len(labels)).split(int(env["BATCH_SIZE"])):
            loss = F.binary_cross_entropy_with_logits(model(measurements[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        if logger is not None:
            logger.info(f"epoch {epoch + 1}: loss {total / len(labels):.4f} over {len(labels)} patients")
    return {"weights": model.state_dict(), "samples": len(labels), "train_loss": total / len(labels)}


def fl_validate(model, env, out_dir, logger=None):
    """How good the global model is on the patients that this hospital keeps back."""
    measurements, labels = load(env["DATA_ROOT"], kept_back=True)
    model.eval()
    with torch.no_grad():
        right = (model(measurements) > 0).float() == labels
    return {"metrics": {"accuracy": float(right.float().mean())}, "samples": len(labels)}
