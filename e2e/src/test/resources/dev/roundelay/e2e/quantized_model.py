"""Keeps the weights it is given, so that all that changes them is the transfer."""

import time

import numpy as np


class Model:
    def __init__(self):
        self.w = start()

    def state_dict(self):
        return {"w": self.w, "steps": np.zeros(5, dtype=np.int64)}

    def load_state_dict(self, state):
        self.w = np.asarray(state["w"], dtype=np.float32)


def start():
    return np.random.default_rng(0).standard_normal((250, 1000)).astype(np.float32)


def fl_train(model, env, out_dir, logger=None):
    print("begins round", env["CURRENT_ROUND"], flush=True)
    time.sleep(env.get("SECONDS", 0))
    step = np.float32(env["STEP"] * int(env["SITE_NAME"].split("-")[1]))
    return {"weights": {**model.state_dict(), "w": model.w + step}, "samples": 1}


def fl_validate(model, env, out_dir, logger=None):
    first = start()
    return {"metrics": {"off": float(np.abs(model.w - first).max() / np.abs(first).max())}, "samples": 1}
