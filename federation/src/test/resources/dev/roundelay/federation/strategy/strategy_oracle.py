"""Makes each round of CASE anew in float64 with numpy and compares it with what Roundelay made.

CASE/spec.json is {"name", "args"}; CASE/r<k>/ holds global.safetensors, update<i>.safetensors (metadata `samples`) and
next.safetensors. The state of a strategy is carried along here, rounded as Roundelay keeps it: float32, float64 for F64.
"""

import json
import math
import pathlib
import struct
import sys

import numpy as np

NUMPY = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "BOOL": "u1"}
FLOATING = ("F64", "F32", "F16", "BF16")


def safetensors(path):
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size].decode("utf-8"))
    metadata = header.pop("__metadata__", {})
    data = raw[8 + size :]
    return metadata, {name: (entry["dtype"], data[slice(*entry["data_offsets"])]) for name, entry in header.items()}


def decode(dtype, data):
    if dtype == "BF16":
        return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4").astype(np.float64)
    return np.frombuffer(data, NUMPY[dtype]).astype(np.float64)


def encode(dtype, x):
    if dtype == "BF16":
        _, exponent = np.frexp(x)
        quantum = np.ldexp(1.0, np.maximum(exponent, -125) - 8)
        return ((np.rint(x / quantum) * quantum).astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
    if dtype == "BOOL":
        return (x >= 0.5).astype("u1").tobytes()
    if dtype == "I64":
        return np.rint(x).astype("<i8").tobytes()
    return x.astype(NUMPY[dtype]).tobytes()


def kept(dtype, x):
    return x if dtype == "F64" else x.astype("<f4").astype(np.float64)


def mean(inputs, weights):
    total = weights[0] * inputs[0]
    for weight, x in zip(weights[1:], inputs[1:]):
        total = total + weight * x
    return total / np.float64(sum(weights))


class Round:
    """Inputs of a round: by tensor, the members that sent it."""

    def __init__(self, folder):
        self.folder = folder
        _, self.model = safetensors(folder / "global.safetensors")
        files = [safetensors(folder / ("update%d.safetensors" % i)) for i in range(len(list(folder.glob("update*"))))]
        self.updates = [tensors for _, tensors in files]
        self.samples = [float(metadata["samples"]) for metadata, _ in files]
        if sum(self.samples) == 0:
            self.samples = [1.0] * len(files)

    def x(self, name):
        dtype, data = self.model[name]
        return decode(dtype, data)

    def member(self, i, name):
        return decode(*self.updates[i][name]) if name in self.updates[i] else self.x(name)

    def flat(self, i):
        names = [name for name, (dtype, _) in self.model.items() if dtype in FLOATING]
        return np.concatenate([self.member(i, name) for name in names])

    def origin(self):
        names = [name for name, (dtype, _) in self.model.items() if dtype in FLOATING]
        return np.concatenate([self.x(name) for name in names])

    def average(self, weights, rule=None, every_dtype=False):
        """Returns the next model; `rule(name, dtype, x, inputs, weights)` makes the tensors that it takes."""
        made = {}
        for name, (dtype, data) in self.model.items():
            inputs = [(w, self.member(i, name)) for i, w in enumerate(weights) if w > 0 and name in self.updates[i]]
            if not inputs:
                made[name] = data
                continue
            ws, xs = [w for w, _ in inputs], [x for _, x in inputs]
            takes = rule is not None and (every_dtype or dtype in FLOATING)
            made[name] = encode(dtype, rule(name, dtype, self.x(name), xs, ws) if takes else mean(xs, ws))
        return made


def momentum(state, lr, beta):
    def rule(name, dtype, x, xs, ws):
        v = beta * state.get(("v", name), 0.0) + (mean(xs, ws) - x)
        state["v", name] = kept(dtype, v)
        return x + lr * v

    return rule


def adaptive(kind, state, lr, beta1, beta2, tau):
    def rule(name, dtype, x, xs, ws):
        d = mean(xs, ws) - x
        m = beta1 * state.get(("m", name), 0.0) + (1 - beta1) * d
        v = state.get(("v", name), np.float64(tau * tau))
        square = d * d
        if kind == "fed_adagrad":
            v = v + square
        elif kind == "fed_adam":
            v = beta2 * v + (1 - beta2) * square
        else:
            v = v - (1 - beta2) * square * np.sign(v - square)
        state["m", name], state["v", name] = kept(dtype, m), kept(dtype, v)
        return x + lr * m / (np.sqrt(v) + tau)

    return rule


def ordered_sum(rows):
    total = rows[0]
    for row in rows[1:]:
        total = total + row
    return total


def median(name, dtype, x, xs, ws):
    xs = np.sort(np.array(xs), axis=0)
    n = len(xs)
    return xs[n // 2] if n % 2 else 0.5 * xs[n // 2 - 1] + 0.5 * xs[n // 2]


def trimmed(trim):
    def rule(name, dtype, x, xs, ws):
        xs = np.sort(np.array(xs), axis=0)
        cut = int(math.floor(trim * len(xs)))
        left = xs[cut : len(xs) - cut]
        return ordered_sum(list(left)) / len(left)

    return rule


def nearest_to_median(left_out):
    def rule(name, dtype, x, xs, ws):
        xs = np.sort(np.array(xs), axis=0)
        keep = max(1, len(xs) - left_out)
        middle = median(name, dtype, x, xs, ws)
        order = np.argsort(np.abs(xs - middle), axis=0, kind="stable")[:keep]
        return ordered_sum(list(np.take_along_axis(xs, np.sort(order, axis=0), axis=0))) / keep

    return rule


def distances(r):
    flat = [r.flat(i) for i in range(len(r.updates))]
    return np.array([[float(np.sum((a - b) ** 2)) for b in flat] for a in flat])


def score(d, i, among, byzantine):
    others = sorted(d[i, j] for j in among if j != i)
    return sum(others[: max(1, len(among) - byzantine - 2)])


def krum(r, byzantine, keep):
    n, d = len(r.updates), distances(r)
    ranked = sorted(range(n), key=lambda i: (score(d, i, range(n), byzantine), i))
    chosen = ranked[: keep or n - byzantine]
    return r.average([1.0 if i in chosen else 0.0 for i in range(n)])


def bulyan(r, byzantine):
    d, left, chosen = distances(r), list(range(len(r.updates))), []
    while len(chosen) < len(r.updates) - 2 * byzantine:
        best = min(left, key=lambda i: (score(d, i, left, byzantine), i))
        left.remove(best)
        chosen.append(best)
    weights = [1.0 if i in chosen else 0.0 for i in range(len(r.updates))]
    return r.average(weights, nearest_to_median(2 * byzantine), every_dtype=True)


def geometric_median(r, iterations):
    """Weiszfeld on the vectors themselves, not on their distances."""
    flat = [r.flat(i) for i in range(len(r.updates))]
    n = len(flat)
    weights = np.full(n, 1.0 / n)
    least = 1e-6 * math.sqrt(distances(r).max())
    for _ in range(iterations):
        z = sum(w * x for w, x in zip(weights, flat))
        to_each = np.array([np.linalg.norm(x - z) for x in flat])
        following = 1 / np.maximum(least, to_each)
        following /= following.sum()
        change = np.abs(following - weights).max()
        weights = following
        if change < 1e-10:
            break
    return r.average(list(weights))


def clipped(r, clip_norm):
    n = len(r.updates)
    norms = [np.linalg.norm(r.flat(i) - r.origin()) for i in range(n)]
    scales = [min(1.0, clip_norm / norm) for norm in norms]
    return r.average(scales, lambda name, dtype, x, xs, ws: x + ordered_sum([w * (y - x) for w, y in zip(ws, xs)]) / n)


def scaffold(r, first, lr, state):
    """SCAFFOLD as in the paper: c and each c_i on their own, never rounded; see `variates`."""
    n = len(r.updates)
    for name, (dtype, _) in r.model.items():
        if dtype not in FLOATING:
            continue
        x, c = r.x(name), state.setdefault(("c", name), np.zeros_like(r.x(name)))
        total = np.zeros_like(c)
        for i in range(n):
            site = state.setdefault((first + i, name), np.zeros_like(c))
            if name in r.updates[i]:
                steps, size = 2.0 + i, 0.1 / (1 + i)
                following = site - c + (x - r.member(i, name)) / (steps * size)
                total = total + (following - site)
                state[first + i, name] = following
        state["c", name] = c + total / (n + 3)
    return r.average([1.0] * n, lambda name, dtype, x, xs, ws: x + lr * ordered_sum([y - x for y in xs]) / len(xs))


def variates(folder, r, state):
    """Returns what is wrong with the kept control variates, or None."""
    _, got = safetensors(folder / "state.safetensors")
    names = [name for name, (dtype, _) in r.model.items() if dtype in FLOATING]
    sites = sorted({key for key, _ in state if key != "c"})
    if list(got) != ["c", *map(str, sites)]:
        return "state names %r" % list(got)
    server = np.concatenate([state["c", name] for name in names])
    for key in ["c", *sites]:
        own = np.concatenate([state[key, name] for name in names])
        expected = own if key == "c" else server - own
        found = decode(*got[str(key)])
        if found.shape != expected.shape or not np.allclose(found, expected, rtol=1e-5, atol=1e-5):
            return "state %s is off by up to %r" % (key, np.abs(found - expected).max())
    return None


def following(name, args, state, r):
    equal = [1.0] * len(r.updates)
    if name in ("fed_avg", "fed_prox"):
        return r.average(r.samples)
    if name == "fed_avg_m":
        return r.average(r.samples, momentum(state, args["learning_rate"], args["momentum"]))
    if name in ("fed_adagrad", "fed_adam", "fed_yogi"):
        rule = adaptive(name, state, args["learning_rate"], args["beta1"], args.get("beta2", 0), args["tau"])
        return r.average(r.samples, rule)
    if name == "scaffold":
        return scaffold(r, int(r.folder.name[1:]), args["learning_rate"], state)
    if name == "fed_median":
        return r.average(equal, median, every_dtype=True)
    if name == "trimmed_mean":
        return r.average(equal, trimmed(args["trim"]), every_dtype=True)
    if name in ("krum", "multi_krum"):
        return krum(r, int(args["byzantine"]), 1 if name == "krum" else int(args["keep"]))
    if name == "bulyan":
        return bulyan(r, int(args["byzantine"]))
    if name == "geometric_median":
        return geometric_median(r, int(args["iterations"]))
    if name == "dp_fed_avg":
        return clipped(r, args["clip_norm"])
    raise ValueError(name)


def check(case):
    spec = json.loads((case / "spec.json").read_text())
    state = {}
    close = spec["name"] in ("geometric_median", "dp_fed_avg")
    for folder in sorted(case.glob("r*")):
        r = Round(folder)
        expected = following(spec["name"], spec["args"], state, r)
        if spec["name"] == "scaffold" and (wrong := variates(folder, r, state)):
            return "%s %s" % (folder.name, wrong)
        _, got = safetensors(folder / "next.safetensors")
        if list(got) != list(r.model):
            return "%s names %r" % (folder.name, list(got))
        for name, (dtype, _) in r.model.items():
            a, b = decode(*got[name]), decode(dtype, expected[name])
            # Sums in another order: the weights agree to some 1e-14, so that a rare rounding to the dtype may differ.
            step = {"F64": 1e-11, "F32": 2.0**-22, "F16": 2.0**-9, "BF16": 2.0**-6}.get(dtype, 0)
            same = np.allclose(a, b, rtol=step, atol=1e-9) if close else got[name][1] == expected[name]
            if got[name][0] != dtype or not same:
                at = int(np.argmax(a != b)) if a.size else 0
                return "%s %r %s differs at %d: %r instead of %r" % (folder.name, name, dtype, at, a[at], b[at])
    return "ok"


for case in sorted(pathlib.Path(sys.argv[1]).glob("case*")):
    print(case.name, check(case))
