"""Loads NAME.pt with weights_only and compares it with NAME.safetensors, for every NAME in a folder."""

import json
import pathlib
import struct
import sys

import torch

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


def safetensors(path):
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size].decode("utf-8"))
    header.pop("__metadata__", None)
    data = raw[8 + size :]
    return {
        name: (DTYPES[entry["dtype"]], tuple(entry["shape"]), data[slice(*entry["data_offsets"])])
        for name, entry in header.items()
    }


def tensor_bytes(tensor):
    flat = tensor.contiguous().reshape(-1)
    if flat.numel() == 0:
        return b""
    if flat.dtype == torch.bfloat16:
        flat = flat.view(torch.int16)
    return flat.numpy().tobytes()


def compare(path):
    expected = safetensors(path.with_suffix(".safetensors"))
    loaded = torch.load(str(path), weights_only=True)
    if type(loaded).__name__ != "OrderedDict":
        return "is a " + type(loaded).__name__
    if list(loaded) != list(expected):
        return "names %r instead of %r" % (list(loaded), list(expected))
    for name, (dtype, shape, data) in expected.items():
        tensor = loaded[name]
        got = (tensor.dtype, tuple(tensor.shape), tensor.is_contiguous())
        if got != (dtype, shape, True):
            return "%r is %r instead of %r" % (name, got, (dtype, shape, True))
        if tensor_bytes(tensor) != data:
            return "%r has other bytes" % name
    return "ok"


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.pt")):
    print(path.name, compare(path))
