"""A site that says which one it is, in its log, its files and what it adds; no two sites or rounds do the same."""

import hashlib
import os

import numpy


class Model:
    def __init__(self):
        self.weights = {"w": numpy.zeros(64, dtype=numpy.float32)}

    def state_dict(self):
        return self.weights

    def load_state_dict(self, weights, strict=True):
        self.weights = dict(weights)


def content(env):
    """Returns all bytes of the site's data, in the order of their names."""
    found = b""
    for folder, _, names in sorted(os.walk(env["DATA_ROOT"])):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as file:
                found += file.read()
    return found


def fl_train(model, env, out_dir, logger=None):
    if env["SITE_NAME"] == env.get("RAISES_AT"):
        raise ValueError("this site cannot")
    mark = int(hashlib.sha256(content(env)).hexdigest()[:6], 16) / 2**24
    logger.info(f"{env['SITE_NAME']} begins round {env['CURRENT_ROUND']}")
    assert os.listdir(out_dir) == [], "another site's files lie in out_dir"
    with open(os.path.join(out_dir, "who.txt"), "w") as file:
        file.write(env["SITE_NAME"])
    noise = numpy.random.RandomState(env["SEED"] % 2**32).rand(64).astype(numpy.float32)
    return {"weights": {"w": model.state_dict()["w"] * numpy.float32(0.5) + noise + numpy.float32(mark)}, "samples": 1 + int(mark * 9)}


def fl_validate(model, env, out_dir, logger=None):
    return {"metrics": {"first": float(model.state_dict()["w"][0])}, "samples": 1}
