"""A model whose file can be imported where neither torch nor numpy is installed, as on a laptop that only submits."""

import glob
import os


class Model:
    def __init__(self):
        import numpy

        self.weights = {"w": numpy.zeros(16, dtype=numpy.float32)}

    def state_dict(self):
        return self.weights

    def load_state_dict(self, state):
        self.weights = dict(state)


def fl_train(model, env, out_dir, logger=None):
    size = sum(os.path.getsize(path) for path in glob.glob(os.path.join(env["DATA_ROOT"], "*")))
    logger(f"{env['SITE_NAME']} has {size} bytes")
    with open(os.path.join(out_dir, "size.txt"), "w") as file:
        file.write(str(size))
    return {"weights": {"w": model.state_dict()["w"] + 1}, "samples": 10, "bytes": size}
