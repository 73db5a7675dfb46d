"""Training that costs next to nothing: what a round takes is then the platform's time."""

import threading

import numpy


class Net:
    def __init__(self, megabytes=4, tensors=20):
        size = megabytes * 1_000_000 // 4 // tensors
        self.weights = {f"layer{i}.weight": numpy.zeros(size, dtype=numpy.float32) for i in range(tensors)}

    def state_dict(self):
        return self.weights

    def load_state_dict(self, weights, strict=True):
        self.weights = dict(weights)


def fl_train(model, env, out_dir, logger=None):
    threading.Event().wait(float(env.get("SECONDS", 0)))
    return {"weights": {name: value + 1 for name, value in model.state_dict().items()}, "samples": 1}
