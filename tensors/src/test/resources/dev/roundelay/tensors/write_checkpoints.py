"""Saves state dicts of every kind as NAME.pt, and what they mean as NAME.safetensors."""

import collections
import json
import pathlib
import struct
import sys

import torch

NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}

folder = pathlib.Path(sys.argv[1])


def tensor_bytes(tensor):
    flat = tensor.detach().contiguous().reshape(-1)
    if flat.numel() == 0:
        return b""
    if flat.dtype == torch.bfloat16:
        flat = flat.view(torch.int16)
    return flat.numpy().tobytes()


def save(name, state, **options):
    torch.save(state, str(folder / (name + ".pt")), **options)
    header, data = {}, b""
    for key, tensor in state.items():
        raw = tensor_bytes(tensor)
        offsets = [len(data), len(data) + len(raw)]
        header[key] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    (folder / (name + ".safetensors")).write_bytes(struct.pack("<Q", len(text)) + text + data)


torch.manual_seed(1)
every = {}
for dtype, dtype_name in NAMES.items():
    values = torch.randn(6, 5) * 50
    values = values > 0 if dtype == torch.bool else values.abs().to(dtype) if dtype == torch.uint8 else values.to(dtype)
    every[dtype_name + ".matrix"] = values
    every[dtype_name + ".transposed"] = values.t()
    every[dtype_name + ".strided"] = values[::2, 1::3]
    every[dtype_name + ".scalar"] = values[2, 3].clone()
    every[dtype_name + ".view_of_one"] = values[2, 3]
    every[dtype_name + ".empty"] = values[:0]
    every[dtype_name + ".expanded"] = values[0, 0].expand(7, 3)

save("every", every)
save("ordered", collections.OrderedDict(every))
save("protocol4", every, pickle_protocol=4)

base = torch.arange(24.0)
save("shared", {"all": base, "head": base[:5], "tail": base[19:], "grid": base.view(2, 3, 4).permute(2, 0, 1)})
save("rows", {"column": base.view(4, 6)[:, 2], "one_by_one": base.view(4, 6)[1:2, 2:3], "row": base.view(4, 6)[3]})
save("shapes", {"0d": torch.tensor(3.5), "0": torch.empty(0), "3x0x2": torch.empty(3, 0, 2), "1x1x1x1": torch.ones(1, 1, 1, 1)})
save("names", {name: torch.tensor([1.0]) for name in ["", "a.b", 'q"uo\\te', "größe", "重み", "\U0001f600", "\ud800", "\n\t\x00", "n" * 5000]})
save("none_at_all", {})
save("parameters", {"w": torch.nn.Parameter(torch.randn(3, 2)), "frozen": torch.nn.Parameter(torch.randn(2), requires_grad=False)})
save("large", {"weight": torch.randn(700, 900), "transposed": torch.randn(700, 900).t()})
save("many", {"t%d" % i: torch.full((i % 5,), float(i)) for i in range(2000)})
save("non_contiguous_format", {"nhwc": torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)})

model = torch.nn.Sequential(
    torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.LSTM(8, 3), torch.nn.Embedding(5, 2)
)
save("model", model.state_dict())
save("float_model", model.double().state_dict())

if hasattr(torch.serialization, "set_crc32_options"):
    torch.serialization.set_crc32_options(False)
    save("without_crc", {"w": torch.randn(3, 2)})
    torch.serialization.set_crc32_options(True)

# What must be refused, each with a word that the message must have.
refused = {
    "whole_model": (model, "torch"),
    "training_state": ({"model": model.state_dict(), "epoch": 3}, "dict"),
    "just_a_tensor": (torch.ones(3), "tensor"),
    "a_number": ({"w": torch.ones(3), "epoch": 3}, "epoch"),
    "complex": ({"w": torch.ones(3, dtype=torch.complex64)}, "ComplexFloatStorage"),
    "sparse": ({"w": torch.eye(3).to_sparse()}, "_rebuild_sparse_tensor"),
    "quantised": ({"w": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)}, "torch"),
}
for name, (value, word) in refused.items():
    torch.save(value, str(folder / ("refused_" + name + ".pt")))
    print("refused_" + name, word)
torch.save({"w": torch.ones(3)}, str(folder / "refused_legacy_format.pt"), _use_new_zipfile_serialization=False)
print("refused_legacy_format", "zip")
