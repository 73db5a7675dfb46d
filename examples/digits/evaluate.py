"""Measures a checkpoint of the digits example on the held-out images. Exits 1 below the accuracy asked for.

python evaluate.py CHECKPOINT [--heldout FILE] [--at-least 0.95]
"""

import argparse
import sys
from pathlib import Path

import torch
from model_def import DigitsNet, load


def accuracy_of(checkpoint, heldout):
    """The share of held-out images that the model of that checkpoint reads rightly."""
    weights = torch.load(checkpoint, map_location="cpu", weights_only=True)
    model = DigitsNet()
    model.load_state_dict(weights)
    model.eval()
    images, labels = load(heldout)
    with torch.no_grad():
        return float((model(images).argmax(1) == labels).float().mean())


def main():
    parser = argparse.ArgumentParser(description="Held-out accuracy of a checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--heldout", type=Path, default=Path(__file__).parent / "data" / "heldout.npz")
    parser.add_argument("--at-least", type=float, default=0.95)
    arguments = parser.parse_args()
    accuracy = accuracy_of(arguments.checkpoint, arguments.heldout)
    print(f"held-out accuracy: {accuracy:.4f}")
    if accuracy < arguments.at_least:
        sys.exit(f"below {arguments.at_least}")


if __name__ == "__main__":
    main()
