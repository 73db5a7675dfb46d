"""Runs the rounds of an example in this one process, without a server: to try a model_def.py before it is submitted.

    python try_locally.py digits --rounds 8 --epochs 5 --lr 0.05 [--seed 0]

Does what the platform does: the same global weights to each site, fl_train there, then the average weighted by samples.
Writes <example>/data/local_checkpoint.pt, which the example's evaluate.py reads.
"""

import argparse
import importlib.util
import random
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import torch


class Logger:
    """What fl_train gets as `logger`: callable, with the usual methods."""

    def __init__(self, verbose):
        self._verbose = verbose

    def __call__(self, message):
        if self._verbose:
            print(f"    {message}")

    debug = info = warning = error = __call__

    def metric(self, name, value, step=None):
        self(f"{name} = {value:.4f} at step {step}")


def load_model_def(path):
    sys.path.insert(0, str(path.parent))  # modules beside it can be imported, as on a worker
    spec = importlib.util.spec_from_file_location("model_def", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def seed_everything(seed, round_number, site):
    mixed = (seed * 1_000_003 + round_number * 1_009 + site) % 2**32
    random.seed(mixed)
    np.random.seed(mixed)
    torch.manual_seed(mixed)


def average(updates):
    """The mean of the weights, weighted by samples, summed in float64."""
    samples = sum(update["samples"] for update in updates)
    mean = {}
    for name, first in updates[0]["weights"].items():
        total = sum(update["weights"][name].double() * update["samples"] for update in updates)
        mean[name] = (total / samples).to(first.dtype)
    return mean


def run(module, class_name, shards, env, rounds, seed, log):
    """Returns the weights after `rounds` rounds over the unpacked `shards`."""
    seed_everything(seed, 0, 0)
    model = getattr(module, class_name)()
    weights = model.state_dict()
    with tempfile.TemporaryDirectory() as work:
        folders = []
        for shard in shards:
            folders.append(Path(work) / shard.stem)
            with zipfile.ZipFile(shard) as archive:
                archive.extractall(folders[-1])
        for number in range(rounds):
            updates = []
            for site, folder in enumerate(folders, start=1):
                seed_everything(seed, number, site)
                model.load_state_dict(weights)
                site_env = dict(env, DATA_ROOT=str(folder), SITE_NAME=f"site-{site}", CURRENT_ROUND=number)
                update = module.fl_train(model, site_env, work, logger=log)
                # Arrays of numpy are as good as tensors.
                sent = {name: torch.as_tensor(value).clone() for name, value in update["weights"].items()}
                updates.append({**update, "weights": sent})
            # Names that no site sends stay as they were.
            weights = {**weights, **average(updates)}
            model.load_state_dict(weights)
            checks = [module.fl_validate(model, dict(env, DATA_ROOT=str(folder)), work) for folder in folders]
            samples = sum(check["samples"] for check in checks)
            accuracy = sum(check["metrics"]["accuracy"] * check["samples"] for check in checks) / samples
            print(f"round {number + 1}: validation accuracy {accuracy:.4f}")
    return weights


def main():
    parser = argparse.ArgumentParser(description="Federated averaging in one process.")
    parser.add_argument("example", type=Path)
    parser.add_argument("--model", default=None, help="class name; by default the only model class of model_def.py")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()

    module = load_model_def(arguments.example / "model_def.py")
    classes = [name for name, value in vars(module).items() if isinstance(value, type) and value.__module__ == "model_def"]
    shards = sorted((arguments.example / "data" / "shards").glob("*.zip"))
    if not shards:
        parser.error(f"no shards in {arguments.example}/data/shards; run prepare.py there first")
    env = {"EPOCHS": arguments.epochs, "BATCH_SIZE": arguments.batch_size, "LR": arguments.lr}
    torch.set_num_threads(1)  # models this small lose more than they gain by sharing a batch between cores
    started = time.monotonic()
    log = Logger(arguments.verbose)
    weights = run(module, arguments.model or classes[0], shards, env, arguments.rounds, arguments.seed, log)
    target = arguments.example / "data" / "local_checkpoint.pt"
    torch.save(weights, target)
    print(f"{time.monotonic() - started:.1f} s; wrote {target}")


if __name__ == "__main__":
    main()
