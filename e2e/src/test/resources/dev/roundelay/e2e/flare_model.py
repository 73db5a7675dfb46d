"""A linear model on three columns in numpy, which counts its rounds. A client without numpy can import it, too."""

import csv
import os

try:
    import numpy
except ImportError:
    numpy = None


class Model:
    def __init__(self, start=0.5):
        self.weights = {
            "w": numpy.full(3, start, numpy.float32),
            "b": numpy.zeros(1, numpy.float32),
            "rounds": numpy.array(0, numpy.int64),
        }

    def state_dict(self):
        return self.weights

    def load_state_dict(self, state):
        self.weights = {name: numpy.array(value) for name, value in state.items()}


def table(folder):
    with open(os.path.join(folder, "data.csv")) as file:
        rows = numpy.array([[float(cell) for cell in row] for row in csv.reader(file)])
    return rows[:, :3], rows[:, 3]


def trained(weights, folder, epochs, rate):
    x, y = table(folder)
    w, b = weights["w"].astype(numpy.float64), weights["b"].astype(numpy.float64)
    for _ in range(epochs):
        error = x @ w + b - y
        w, b = w - rate * 2 * (error @ x) / len(y), b - rate * 2 * error.mean()
    return {"w": w, "b": b, "rounds": weights["rounds"] + 1}, len(y)


def mse(weights, folder):
    x, y = table(folder)
    return float(((x @ weights["w"] + weights["b"] - y) ** 2).mean())


def fl_train(model, env, out_dir, logger=None):
    state, rows = trained(model.state_dict(), env["DATA_ROOT"], env["EPOCHS"], env["LR"])
    return {"weights": {"w": state["w"].astype("f4"), "b": state["b"].astype("f4"), "rounds": state["rounds"]}, "samples": rows}
