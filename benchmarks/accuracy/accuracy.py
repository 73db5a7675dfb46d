"""How good the strategies are on handwritten digits that no two sites see alike, and with hostile sites among them.

    python accuracy.py [--seeds 5] [--robust-seeds 2] [--rounds 25] [--json FILE] [--docs FOLDER]

Started by scripts/accuracy. Runs the built product: one worker with a slot for each site. Prints tables and writes JSON;
with --docs, also accuracy.md and images/accuracy.svg there.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import statistics
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent), str(HERE), str(ROOT / "examples" / "digits")]

from product import Product  # noqa: E402

SITES = 10
EPOCHS, BATCH, LR = 5, 16, 0.1
HOSTILE = 2
DIFFERENT = {
    "FedAvg": ("fed_avg", {}),
    "FedProx": ("fed_prox", {"mu": 0.1}),
    "FedAdam": ("fed_adam", {"learning_rate": 0.03}),
    "SCAFFOLD": ("scaffold", {}),
}
ROBUST = {
    "FedAvg": ("fed_avg", {}),
    "median": ("fed_median", {}),
    "trimmed mean": ("trimmed_mean", {"trim": 0.2}),
    "Krum": ("krum", {"byzantine": 2}),
    "Multi-Krum": ("multi_krum", {"byzantine": 2}),
    "geometric median": ("geometric_median", {}),
}
COLORS = ["#868e96", "#1c7ed6", "#2f9e44", "#e8590c", "#9c36b5"]


def digits() -> tuple[np.ndarray, np.ndarray]:
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "examples" / "digits" / "prepare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.digits()


def split(labels: np.ndarray, seed: int, alike: bool) -> tuple[np.ndarray, list[np.ndarray]]:
    """Returns the held-out rows and each site's: two digits a site, or some of each."""
    random = np.random.RandomState(seed)
    order = random.permutation(len(labels))
    heldout, rest = order[:360], order[360:]
    if alike:
        return heldout, [np.sort(part) for part in np.array_split(rest, SITES)]
    # Sorted by digit and cut into two pieces a site (McMahan et al., 2017).
    pieces = np.array_split(rest[np.argsort(labels[rest], kind="stable")], 2 * SITES)
    mixed = random.permutation(2 * SITES)
    return heldout, [np.concatenate([pieces[mixed[2 * i]], pieces[mixed[2 * i + 1]]]) for i in range(SITES)]


def npz(images: np.ndarray, labels: np.ndarray, rows: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, images=images[rows], labels=labels[rows])
    return buffer.getvalue()


def shard(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("train.npz", date_time=(2026, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


class Bench:
    def __init__(self, product: Product, rounds: int) -> None:
        self.product = product
        self.rounds = rounds
        self.images, self.labels = digits()

    def prepare(self, data: str, seed: int, alike: bool) -> None:
        heldout, sites = split(self.labels, seed, alike)
        self.product.upload(f"{data}/scripts/model_def.py", (HERE / "model_def.py").read_bytes())
        self.product.upload(f"{data}/assets/heldout.npz", npz(self.images, self.labels, heldout))
        for site, rows in enumerate(sites):
            self.product.upload(f"{data}/shards/shard_{site:02d}.zip", shard(npz(self.images, self.labels, rows)))

    def run(self, name: str, data: str, seed: int, strategy: tuple[str, dict[str, float]], hostile: int = 0) -> list[float]:
        """Returns the accuracy on the held-out images after each round."""
        spec = {
            "name": name, "scripts": f"{data}/scripts/", "shards": f"{data}/shards/", "assets": f"{data}/assets/",
            "model": {"class": "Net"},
            "training": {"localEpochs": EPOCHS, "batchSize": BATCH, "learningRate": LR, "extra": {"POISON": hostile}},
            "federation": {"rounds": self.rounds, "seed": seed, "strategy": {"name": strategy[0], "args": strategy[1]}},
        }  # fmt: skip
        job = self.product.call("POST", "/jobs", json.dumps(spec).encode())["id"]
        self.product.await_finished(job)
        points = self.product.call("GET", f"/jobs/{job}/metrics", names="accuracy")["items"]
        of_all = {one["round"]: one["value"] for one in points if one.get("site") is None}
        curve = [of_all[k] for k in range(self.rounds)]
        print(f"{name}: {curve[-1]:.4f}", flush=True)
        return curve

    def centralised(self, seed: int) -> list[float]:
        """The same network and steps over all images in one place."""
        import torch
        from model_def import Net, accuracy, descend

        heldout, sites = split(self.labels, seed, alike=False)
        torch.manual_seed(seed)
        model = Net()
        rows = np.concatenate(sites)
        images, labels = torch.from_numpy(self.images.reshape(-1, 64).astype("float32") / 16.0), torch.from_numpy(self.labels.astype("int64"))
        curve = []
        for _ in range(self.rounds):
            descend(model, images[rows], labels[rows], EPOCHS, BATCH, LR)
            curve.append(accuracy(model, images[heldout], labels[heldout]))
        return curve


def spread(values: list[float]) -> str:
    if len(values) == 1:
        return f"{100 * values[0]:.1f}"
    return f"{100 * statistics.mean(values):.1f} ± {100 * statistics.pstdev(values):.1f}"


def counted(seeds: int) -> str:
    return f"{seeds} seed" + ("" if seeds == 1 else "s")


def to_reach(curves: list[list[float]], goal: float) -> str:
    """Returns the median of the rounds until an accuracy is reached and kept for three rounds."""
    reached = []
    for curve in curves:
        at = [k + 1 for k in range(len(curve) - 2) if min(curve[k : k + 3]) >= goal]
        reached.append(at[0] if at else None)
    if sum(one is None for one in reached) * 2 >= len(reached):
        return "not reached"
    return f"{statistics.median(sorted(one if one is not None else len(curves[0]) + 1 for one in reached)):.0f}"


def tables(results: dict[str, Any]) -> str:
    seeds, rounds = results["seeds"], results["rounds"]
    lines = [
        f"{SITES} sites with two digits each (sorted by digit, cut into {2 * SITES} pieces, two a site), {EPOCHS} local epochs of plain SGD"
        f" (batch {BATCH}, learning rate {LR}), {rounds} rounds, {counted(seeds)}; accuracy in % on 360 held-out images.",
        "",
        "| | last round | mean of the last 5 | rounds to 90 % |",
        "|---|---|---|---|",
    ]
    for name, curves in results["different"].items():
        last = spread([curve[-1] for curve in curves])
        tail = spread([statistics.mean(curve[-5:]) for curve in curves])
        lines.append(f"| {name} | {last} | {tail} | {to_reach(curves, 0.9)} |")
    lines += [
        "",
        f"{HOSTILE} of {SITES} sites hostile: they send the opposite of what they learned, threefold. Sites with some of each digit, {counted(results['robust_seeds'])}; accuracy in %.",
        "",
        "| | without them | with them |",
        "|---|---|---|",
    ]
    for name, (clean, hostile) in results["robust"].items():
        lines.append(f"| {name} | {spread([c[-1] for c in clean])} | {spread([c[-1] for c in hostile])} |")
    return "\n".join(lines)


def plot(results: dict[str, Any]) -> str:
    """The mean accuracy over the rounds, as SVG."""
    width, height, left, top = 720, 400, 56, 20
    wide, high, low = width - left - 150, height - top - 46, 0.3
    rounds = results["rounds"]

    def x(k: float) -> float:
        return left + wide * k / (rounds - 1)

    def y(value: float) -> float:
        return top + high * (1 - (max(value, low) - low) / (1 - low))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for tick in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        parts.append(f'<line x1="{left}" x2="{left + wide}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#dee2e6"/>')
        parts.append(f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end" fill="#495057">{round(100 * tick)} %</text>')
    for k in range(0, rounds, 5):
        parts.append(f'<text x="{x(k):.1f}" y="{top + high + 20}" text-anchor="middle" fill="#495057">{k + 1}</text>')
    parts.append(f'<text x="{left + wide / 2}" y="{height - 8}" text-anchor="middle" fill="#495057">round</text>')
    for i, (name, curves) in enumerate(results["different"].items()):
        means = [statistics.mean(values) for values in zip(*curves)]
        points = " ".join(f"{x(k):.1f},{y(value):.1f}" for k, value in enumerate(means))
        dash = ' stroke-dasharray="6 4"' if name == "centralised" else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLORS[i]}" stroke-width="2"{dash}/>')
        parts.append(f'<line x1="{left + wide + 16}" x2="{left + wide + 40}" y1="{40 + 24 * i}" y2="{40 + 24 * i}" stroke="{COLORS[i]}" stroke-width="2"{dash}/>')
        parts.append(f'<text x="{left + wide + 48}" y="{44 + 24 * i}" fill="#212529">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def measure(bench: Bench, seeds: int, robust_seeds: int) -> dict[str, Any]:
    different: dict[str, list[list[float]]] = {"centralised": [bench.centralised(seed) for seed in range(seeds)]}
    for seed in range(seeds):
        data = f"accuracy/different-{seed}"
        bench.prepare(data, seed, alike=False)
        for title, strategy in DIFFERENT.items():
            curve = bench.run(f"{strategy[0]} {seed}", data, seed, strategy)
            different.setdefault(title, []).append(curve)
    robust: dict[str, list[list[list[float]]]] = {}
    for seed in range(robust_seeds):
        data = f"accuracy/alike-{seed}"
        bench.prepare(data, seed, alike=True)
        for title, strategy in ROBUST.items():
            both = robust.setdefault(title, [[], []])
            for hostile in (0, HOSTILE):
                both[hostile > 0].append(bench.run(f"{strategy[0]} {seed} hostile {hostile}", data, seed, strategy, hostile))
    return {"seeds": seeds, "robust_seeds": robust_seeds, "rounds": bench.rounds, "different": different, "robust": robust}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--robust-seeds", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "target" / "accuracy.json")
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="accuracy-", dir=ROOT / ".work") as work:
        Path(work).chmod(0o755)
        launcher = ROOT / "dist" / "roundelay" / "bin" / "roundelay"
        product = Product(launcher, Path(work) / "data", workers=1, slots=SITES, python=options.python)
        try:
            results = measure(Bench(product, options.rounds), options.seeds, options.robust_seeds)
        finally:
            product.stop()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results))
    print(tables(results))
    if options.docs:
        (options.docs / "images" / "accuracy.svg").write_text(plot(results))
        (options.docs / "accuracy.md").write_text(page(results))


def page(results: dict[str, Any]) -> str:
    return f"""# How good the strategies are

Made by `scripts/accuracy`, on the built product; the numbers behind it are those of one run. Which strategy for what: [strategies.md](strategies.md).

![accuracy over the rounds](images/accuracy.svg)

{tables(results)}

All use the same network (64-32-10) and steps; centralised training sees all images in one place, as many epochs.
"""


if __name__ == "__main__":
    main()
