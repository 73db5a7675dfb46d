"""Measures a checkpoint of the tabular example on the held-out patients. Exits 1 below the accuracy asked for.

python evaluate.py CHECKPOINT [--heldout FILE] [--at-least 0.93]
"""

import argparse
import sys
from pathlib import Path

import torch
from model_def import TumourNet, load


def measure(checkpoint, heldout):
    """Returns (accuracy, share of malignant tumours that were found) on the held-out patients."""
    weights = torch.load(checkpoint, map_location="cpu", weights_only=True)
    model = TumourNet()
    model.load_state_dict(weights)
    model.eval()
    measurements, labels = load(heldout)
    with torch.no_grad():
        benign = model(measurements) > 0
    found = ~benign[labels == 0]
    return float((benign.float() == labels).float().mean()), float(found.float().mean())


def main():
    parser = argparse.ArgumentParser(description="Held-out accuracy of a checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--heldout", type=Path, default=Path(__file__).parent / "data" / "heldout.npz")
    parser.add_argument("--at-least", type=float, default=0.93)
    arguments = parser.parse_args()
    accuracy, found = measure(arguments.checkpoint, arguments.heldout)
    print(f"held-out accuracy: {accuracy:.4f} (malignant tumours found: {found:.4f})")
    if accuracy < arguments.at_least:
        sys.exit(f"below {arguments.at_least}")


if __name__ == "__main__":
    main()
