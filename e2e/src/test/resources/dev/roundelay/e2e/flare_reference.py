"""Prints the largest difference between a checkpoint and federated averaging in plain Python.

Arguments: checkpoint, rounds, epochs, learning rate, first value of each weight, name of a tensor that is set to
zero before each training (or `-`), name of one that is never sent (or `-`), then the unpacked shards.
"""

import csv
import os
import sys

import torch

checkpoint, rounds, epochs, rate, start, zeroed, kept, *shards = sys.argv[1:]


def train(w, b, rows):
    for _ in range(int(epochs)):
        errors = [sum(x * v for x, v in zip(row, w)) + b - row[3] for row in rows]
        scale = float(rate) * 2 / len(rows)
        w = [v - scale * sum(error * row[i] for error, row in zip(errors, rows)) for i, v in enumerate(w)]
        b = b - scale * sum(errors)
    return w, b


tables = []
for shard in shards:
    with open(os.path.join(shard, "data.csv")) as file:
        tables.append([[float(cell) for cell in row] for row in csv.reader(file)])
total = sum(len(rows) for rows in tables)
w, b = [float(start)] * 3, 0.0
for _ in range(int(rounds)):
    given = [0.0] * 3 if zeroed == "w" else w, 0.0 if zeroed == "b" else b
    sites = [(train(*given, rows), len(rows)) for rows in tables]
    if kept != "w":
        w = [sum(site[0][i] * count for site, count in sites) / total for i in range(3)]
    if kept != "b":
        b = sum(site[1] * count for site, count in sites) / total

found = torch.load(checkpoint, weights_only=True)
assert sorted(found) == ["b", "rounds", "w"], list(found)
assert found["rounds"].dtype == torch.int64 and int(found["rounds"]) == int(rounds), found["rounds"]
assert found["w"].dtype == found["b"].dtype == torch.float32
print(max(abs(a - c) for a, c in zip([*found["w"].tolist(), *found["b"].tolist()], [*w, b])))
