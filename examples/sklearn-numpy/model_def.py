"""A linear classifier of scikit-learn for 8 x 8 handwritten digits, and the two functions that a site runs.

Needs scikit-learn and numpy; no torch: the weights are numpy arrays.
"""

from pathlib import Path

import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

DIGITS = np.arange(10)


class DigitsClassifier:
    """One row of 64 weights and one offset for each digit.

    A model class needs no torch: `state_dict` and `load_state_dict` with numpy arrays are enough.
    """

    def __init__(self):
        self.coef = np.zeros((len(DIGITS), 64))
        self.intercept = np.zeros(len(DIGITS))

    def state_dict(self):
        return {"coef": self.coef, "intercept": self.intercept}

    def load_state_dict(self, state):
        self.coef = np.array(state["coef"])
        self.intercept = np.array(state["intercept"])

    def estimator(self, **options):
        """An estimator of scikit-learn that goes on from these weights."""
        estimator = SGDClassifier(loss="log_loss", **options)
        # Of all digits, whether a site has seen them or not: else the sites' weights would differ in shape.
        estimator.classes_ = DIGITS
        estimator.coef_ = self.coef.copy()
        estimator.intercept_ = self.intercept.copy()
        return estimator


def load(path):
    """Reads a .npz of digits/prepare.py: pixels [n, 64] from 0 to 1, labels [n]."""
    with np.load(path) as arrays:
        return arrays["images"].reshape(-1, 64) / 16.0, arrays["labels"].astype("int64")


def fl_train(model, env, out_dir, logger=None):
    """One round at one site: EPOCHS passes over the site's own images, from the global weights."""
    pixels, labels = load(Path(env["DATA_ROOT"]) / "train.npz")
    estimator = model.estimator(learning_rate="constant", eta0=env["LR"], alpha=env.get("ALPHA", 1e-4))
    for epoch in range(int(env["EPOCHS"])):
        estimator.partial_fit(pixels, labels)
        loss = log_loss(labels, estimator.predict_proba(pixels), labels=DIGITS)
        if logger is not None:
            logger.info(f"epoch {epoch + 1}: loss {loss:.4f} over {len(labels)} images")
            if hasattr(logger, "metric"):
                logger.metric("loss", loss, step=epoch)
    return {
        "weights": {"coef": estimator.coef_, "intercept": estimator.intercept_},
        "samples": len(labels),
        "train_loss": loss,
    }


def fl_validate(model, env, out_dir, logger=None):
    """How good the global model is on images that this site keeps back from its training."""
    pixels, labels = load(Path(env["DATA_ROOT"]) / "valid.npz")
    return {"metrics": {"accuracy": model.estimator().score(pixels, labels)}, "samples": len(labels)}
