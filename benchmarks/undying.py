"""Training that will not die: it ignores SIGTERM and leaves a daemon behind that does so, too, in a session of its own."""

import os
import signal
import threading

import numpy

DAEMON = "undying-daemon"
_left = False


class Net:
    def __init__(self, megabytes=4, tensors=20):
        size = megabytes * 1_000_000 // 4 // tensors
        self.weights = {f"layer{i}.weight": numpy.zeros(size, dtype=numpy.float32) for i in range(tensors)}

    def state_dict(self):
        return self.weights

    def load_state_dict(self, weights, strict=True):
        self.weights = dict(weights)


def _leave_daemon():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    # An ignored signal stays ignored; the name is how the benchmark knows that it is there.
    os.execv("/bin/sleep", [DAEMON, "86400"])


def fl_train(model, env, out_dir, logger=None):
    global _left
    if not _left:
        _left = True
        _leave_daemon()
    threading.Event().wait(float(env.get("SECONDS", 0)))
    return {"weights": {name: value + 1 for name, value in model.state_dict().items()}, "samples": 1}
