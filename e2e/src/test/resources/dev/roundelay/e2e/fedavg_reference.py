"""Prints the largest difference between a checkpoint and federated averaging done by hand.

Arguments: checkpoint, rounds, epochs, learning rate, then the unpacked shards.
"""

import sys

import torch
from line_model import Model, train

checkpoint, rounds, epochs, rate, shards = (
    sys.argv[1],
    int(sys.argv[2]),
    int(sys.argv[3]),
    float(sys.argv[4]),
    sys.argv[5:],
)
weights = Model().state_dict()
for _ in range(rounds):
    sums, total = {name: torch.zeros_like(value, dtype=torch.float64) for name, value in weights.items()}, 0
    for shard in shards:
        model = Model()
        model.load_state_dict(weights)
        rows, _ = train(model, shard, epochs, rate)
        for name, value in model.state_dict().items():
            sums[name] += value.double() * rows
        total += rows
    weights = {name: (value / total).float() for name, value in sums.items()}

found = torch.load(checkpoint, weights_only=True)
assert list(found) == list(weights), list(found)
print(max(float((found[name] - weights[name]).abs().max()) for name in weights))
