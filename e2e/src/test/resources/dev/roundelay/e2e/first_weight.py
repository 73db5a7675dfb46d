"""Prints the first element of the first tensor of a checkpoint."""

import sys

import torch

print(float(next(iter(torch.load(sys.argv[1], weights_only=True).values())).flatten()[0]))
