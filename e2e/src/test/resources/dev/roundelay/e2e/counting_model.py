"""A model that counts its rounds and is best after two of them."""

import os

import numpy


class Model:
    def __init__(self):
        self.weights = {"w": numpy.zeros(4, numpy.float32)}

    def state_dict(self):
        return self.weights

    def load_state_dict(self, state):
        self.weights = {name: numpy.array(value) for name, value in state.items()}


def fl_train(model, env, out_dir, logger=None):
    names = sorted(os.listdir(env["DATA_ROOT"]))
    logger(f"{env['SITE_NAME']} sees {names}")
    return {"weights": {"w": model.weights["w"] + 1}, "samples": len(names)}


def fl_validate(model, env, out_dir, logger=None):
    return {"metrics": {"score": 2.0 - abs(float(model.weights["w"][0]) - 2.0)}, "samples": 1}
