"""Each site moves the weights towards its own number; with BEGIN, training waits so long for a kill."""

import time

import numpy as np


class Model:
    def __init__(self):
        self.w = np.zeros(1000, dtype=np.float32)

    def state_dict(self):
        return {"w": self.w}

    def load_state_dict(self, state):
        self.w = np.asarray(state["w"], dtype=np.float32)


def fl_train(model, env, out_dir, logger=None):
    print("begins round", env["CURRENT_ROUND"], "mu", env.get("FEDPROX_MU"), flush=True)
    time.sleep(env.get("SECONDS", 0))
    site = int(env["SITE_NAME"].split("-")[1])
    goal = 1 + site / 100
    if env.get("POISON") and site == 3:
        return {"weights": {"w": model.w - 1000}, "samples": 100}
    if "CORRECTION" in env and not env.get("SILENT"):
        gradient = model.w - np.float32(goal) + env["CORRECTION"]["w"]
        if env.get("SHOW"):
            print("round", env["CURRENT_ROUND"], "gradient %.4f" % gradient[0], flush=True)
        return {"weights": {"w": model.w - np.float32(0.5) * gradient}, "samples": site, "steps": 1, "lr": 0.5}
    return {"weights": {"w": model.w + np.float32(0.5) * (np.float32(goal) - model.w)}, "samples": site}


def fl_validate(model, env, out_dir, logger=None):
    return {"metrics": {"far": float(np.abs(model.w - 1).max())}, "samples": 1}
