"""Decodes FOLDER/<case>.coded with numpy alone and compares it with FOLDER/<case>.back, bit for bit.

Also encodes FOLDER/<case>.plain anew where the rule is a nearest number, and compares the codes.
"""

import json
import pathlib
import struct
import sys

import numpy as np

NF4 = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
]  # fmt: skip
FP4 = [0, 0.0625, 8, 12, 4, 6, 2, 3]
FP4 = [x / 12.0 for x in FP4] + [-(x / 12.0) for x in FP4]
NUMPY = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


def safetensors(path):
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    metadata = header.pop("__metadata__", {})
    data = raw[8 + size :]
    return metadata, {name: (entry["dtype"], entry["shape"], data[slice(*entry["data_offsets"])]) for name, entry in header.items()}


def halves(bits, brain):
    if brain:
        return (bits.astype("<u4") << 16).view("<f4").astype(np.float64)
    return bits.view("<f2").astype(np.float64)


def scaled(data, count, block):
    blocks = -(-count // block)
    scales = np.frombuffer(data[: 4 * blocks], "<f4").astype(np.float64)
    return np.repeat(scales, block)[:count], data[4 * blocks :]


def nibbles(codes, count):
    pairs = np.frombuffer(codes, "u1")
    return np.stack([pairs >> 4, pairs & 15], axis=1).reshape(-1)[:count]


def decode(encoding, data, count):
    if encoding in ("float16", "bfloat16"):
        return halves(np.frombuffer(data, "<u2"), encoding == "bfloat16")
    if encoding == "blockwise8":
        scale, codes = scaled(data, count, 4096)
        return np.frombuffer(codes, "i1").astype(np.float64) * (scale / 127)
    table = np.array(NF4 if encoding == "normfloat4" else FP4)
    scale, codes = scaled(data, count, 64)
    return table[nibbles(codes, count)] * scale


def nearest(encoding, x, data, count):
    """Returns whether each code is that of the nearest number."""
    found = decode(encoding, data, count)
    if encoding in ("float16", "bfloat16"):
        return encoding == "bfloat16" or np.array_equal(x.astype("<f2").astype(np.float64), found)
    scale, _ = scaled(data, count, 4096 if encoding == "blockwise8" else 64)
    block = 4096 if encoding == "blockwise8" else 64
    padded = np.abs(np.concatenate([x, np.zeros(-len(x) % block)])).reshape(-1, block).max(axis=1)
    if not np.array_equal(np.repeat(padded.astype("<f4").astype(np.float64), block)[:count], scale):
        return False
    steps = np.arange(-127, 128) / 127.0 if encoding == "blockwise8" else np.array(NF4 if encoding == "normfloat4" else FP4)
    errors = np.abs(x - found)
    best = np.full(count, np.inf)
    for step in steps:
        best = np.minimum(best, np.abs(x - step * scale))
    return bool(np.all(errors <= best + 1e-12 * scale))


def check(case):
    metadata, coded = safetensors(case)
    _, back = safetensors(case.with_suffix(".back"))
    _, plain = safetensors(case.with_suffix(".plain"))
    if list(coded) != list(back) or list(coded) != list(plain):
        return "names differ"
    for name, (dtype, shape, data) in plain.items():
        if back[name][:2] != (dtype, shape):
            return "%s came back as %r" % (name, back[name][:2])
        described = metadata.get("encoding:" + name)
        if described is None:
            if coded[name] != (dtype, shape, data) or back[name][2] != data:
                return "%s was changed without an encoding" % name
            continue
        encoding, kind, dimensions = described.split(" ")
        if kind != dtype or [int(n) for n in dimensions.split(",")] != shape:
            return "%s is described as %r" % (name, described)
        count = int(np.prod(shape))
        expected = decode(encoding, coded[name][2], count).astype(NUMPY[dtype])
        if expected.tobytes() != back[name][2]:
            return "%s is decoded otherwise" % name
        if not nearest(encoding, np.frombuffer(data, NUMPY[dtype]).astype(np.float64), coded[name][2], count):
            return "%s has codes that are not the nearest" % name
    return "ok"


for case in sorted(pathlib.Path(sys.argv[1]).glob("*.coded")):
    print(case.stem, check(case))
