"""Averages CASE/update*.safetensors in float64 with numpy and compares with CASE/aggregate.safetensors, bit for bit."""

import json
import pathlib
import struct
import sys

import numpy as np

NUMPY = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1"}


def safetensors(path):
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size].decode("utf-8"))
    metadata = header.pop("__metadata__", {})
    data = raw[8 + size :]
    return metadata, {
        name: (entry["dtype"], tuple(entry["shape"]), data[slice(*entry["data_offsets"])])
        for name, entry in header.items()
    }


def decode(dtype, data):
    if dtype == "BF16":
        wide = np.frombuffer(data, "<u2").astype("<u4") << 16
        return wide.view("<f4").astype(np.float64)
    if dtype == "BOOL":
        return (np.frombuffer(data, "u1") != 0).astype(np.float64)
    return np.frombuffer(data, NUMPY[dtype]).astype(np.float64)


def bfloat16(mean):
    """Rounds by rint at the place of the last bit, which is exact in float64."""
    _, exponent = np.frexp(mean)
    quantum = np.ldexp(1.0, np.maximum(exponent, -125) - 8)
    with np.errstate(invalid="ignore", over="ignore"):
        rounded = np.where(np.isfinite(mean), np.rint(mean / quantum) * quantum, mean)
        bits = rounded.astype("<f4").view("<u4") >> 16
    return np.where(np.isnan(mean), 0x7FC0, bits).astype("<u2").tobytes()


def encode(dtype, total_sum, total):
    mean = total_sum / total
    if dtype == "BOOL":
        return (2 * total_sum >= total).astype("u1").tobytes()
    if dtype == "BF16":
        return bfloat16(mean)
    if dtype in ("F64", "F32", "F16"):
        out = mean.astype(NUMPY[dtype])
        out[np.isnan(out)] = np.nan
        return out.tobytes()
    if dtype == "I64":
        rounded = np.rint(mean)
        out = np.where(np.abs(rounded) < 2.0**63, rounded, 0).astype("<i8")
        out[rounded >= 2.0**63] = np.iinfo(np.int64).max
        out[rounded <= -(2.0**63)] = np.iinfo(np.int64).min
        return out.tobytes()
    return np.rint(mean).astype(NUMPY[dtype]).tobytes()


def average(dtype, inputs):
    total_sum, total = None, 0
    for weight, data in inputs:
        product = np.float64(weight) * decode(dtype, data)
        total_sum = product if total_sum is None else total_sum + product
        total += weight
    result = encode(dtype, total_sum, np.float64(total))
    if dtype in ("F64", "I64"):
        bits = np.array([np.frombuffer(data, "<i8") for _, data in inputs])
        same = (bits == bits[0]).all(axis=0)
        result = np.where(same, bits[0], np.frombuffer(result, "<i8")).tobytes()
    return result


def check(case):
    _, kept = safetensors(case / "global.safetensors")
    updates = [safetensors(path) for path in sorted(case.glob("update*.safetensors"))]
    samples = [int(metadata["samples"]) for metadata, _ in updates]
    if sum(samples) == 0:
        samples = [1] * len(samples)
    _, got = safetensors(case / "aggregate.safetensors")
    if list(got) != list(kept):
        return "names %r" % list(got)
    for name, (dtype, shape, data) in kept.items():
        inputs = [(n, tensors[name][2]) for n, (_, tensors) in zip(samples, updates) if n > 0 and name in tensors]
        with np.errstate(all="ignore"):
            expected = average(dtype, inputs) if inputs else data
        if got[name][:2] != (dtype, shape):
            return "%r is %r" % (name, got[name][:2])
        if got[name][2] != expected:
            a, b = decode(dtype, got[name][2]), decode(dtype, expected)
            at = int(np.nonzero(~((a == b) | (np.isnan(a) & np.isnan(b))))[0][:1].sum())
            return "%r %s differs at %d: %r instead of %r" % (name, dtype, at, a[at], b[at])
    return "ok"


for case in sorted(pathlib.Path(sys.argv[1]).glob("case*")):
    print(case.name, check(case))
