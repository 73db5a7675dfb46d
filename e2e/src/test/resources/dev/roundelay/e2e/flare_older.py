"""The older form: functions that take one payload, and no class."""

import csv
import os

import numpy


def fl_train_model(payload, out_dir, logger):
    env, weights = payload["env"], payload["initial_weights"]
    with open(os.path.join(payload["dataset"]["data_root"], "data.csv")) as file:
        rows = numpy.array([[float(cell) for cell in row] for row in csv.reader(file)])
    x, y = rows[:, :3], rows[:, 3]
    w = numpy.asarray(weights.get("w", numpy.full(3, 0.5, "f4"))).astype("f8")
    b = numpy.asarray(weights.get("b", numpy.zeros(1, "f4"))).astype("f8")
    count = int(weights.get("rounds", 0)) + 1
    for _ in range(env["local_epochs"]):
        error = x @ w + b - y
        w, b = w - env["learning_rate"] * 2 * (error @ x) / len(y), b - env["learning_rate"] * 2 * error.mean()
    logger({"type": "info", "msg": f"{env['SITE_NAME']} trained {len(y)} rows on {env['DEVICE']}"})
    state = {"w": w.astype("f4"), "b": b.astype("f4"), "rounds": numpy.array(count)}
    return {"state_dict": state, "num_samples": len(y)}
