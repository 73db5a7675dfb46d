"""Reads and writes safetensors files of torch tensors or numpy arrays, with the standard library alone.

Layout: u64 little-endian length of the header, header (JSON: name -> dtype, shape, data_offsets), raw tensors.
Names keep their order; 0-d and empty tensors are allowed; the header is padded with spaces so that data is 8-aligned.
"""

from __future__ import annotations

import ctypes
import json
import math
import mmap
import struct
import sys
from typing import Any, Iterator

# Bytes after the header for metadata.
_ROOM = 4096
_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_TORCH = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U8": "uint8",
    "BOOL": "bool",
}
_NUMPY = {name: dtype for name, dtype in _TORCH.items() if name != "BF16"}
_CHUNK = 16 << 20


class TensorError(ValueError):
    """A value that cannot be stored: the message names it, what it is and what was expected."""


def is_torch(value: Any) -> bool:
    """Return whether a value is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_numpy(value: Any) -> bool:
    """Return whether a value is a numpy array or scalar, without importing numpy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic))


def write(path: str, tensors: dict[str, Any]) -> None:
    """Write tensors to a file, in their order.

    Raises
    ------
    TensorError
        If a name is no string, or a value is neither a dense torch tensor nor a numpy array of a known dtype.
    """
    header: dict[str, Any] = {}
    values = []
    offset = 0
    for name, value in tensors.items():
        if not isinstance(name, str):
            raise TensorError(f"name {name!r} is {type(name).__name__}, expected str")
        if name == "__metadata__":
            raise TensorError("the name __metadata__ is taken by the file format, rename that tensor")
        dtype, shape, value = _describe(name, value)
        size = math.prod(shape) * _SIZES[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + size]}
        values.append((value, size))
        offset += size
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    # The agent writes what it knows of the update into the room, in place: it need not write the tensors again.
    text += b" " * (_ROOM + -(8 + len(text) + _ROOM) % 64)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for value, size in values:
            for part in _chunks(value, size):
                file.write(part)


def read(path: str, kind: str) -> dict[str, Any]:
    """Read a file of the agent's.

    Parameters
    ----------
    path : str
        The file; it must not change while the tensors live, since they lie in a private mapping of it.
    kind : str
        `torch` or `numpy`.

    Returns
    -------
    dict[str, Any]
        Tensors by name, writable, in the file's order.
    """
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        start = 8 + length
        file.seek(0, 2)
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) if file.tell() > start else None
    header.pop("__metadata__", None)
    make = _torch_tensor if kind == "torch" else _numpy_array
    return {
        name: make(mapped, entry["dtype"], entry["shape"], start + entry["data_offsets"][0]) for name, entry in header.items()
    }


def _describe(name: str, value: Any) -> tuple[str, tuple[int, ...], Any]:
    if is_torch(value):
        torch = sys.modules["torch"]
        names = {getattr(torch, dtype): code for code, dtype in _TORCH.items()}
        if value.layout != torch.strided or value.dtype not in names:
            raise TensorError(f"tensor {name}: {value.layout} of {value.dtype}, expected a dense {'/'.join(_SIZES)}")
        value = value.detach()
        if value.device.type == "meta":
            raise TensorError(f"tensor {name}: on device meta, it has no values")
        return names[value.dtype], tuple(value.shape), value.cpu().contiguous()
    if is_numpy(value):
        numpy = sys.modules["numpy"]
        value = numpy.asarray(value)
        kinds = {numpy.dtype(dtype): code for code, dtype in _NUMPY.items()}
        native = value.dtype.newbyteorder("=")
        if native not in kinds:
            raise TensorError(f"tensor {name}: numpy {value.dtype}, expected {'/'.join(_SIZES)}")
        shape = tuple(value.shape)
        return kinds[native], shape, numpy.ascontiguousarray(value, dtype=native.newbyteorder("<"))
    raise TensorError(f"tensor {name}: got {type(value).__name__}, expected a torch tensor or numpy array")


def _chunks(value: Any, size: int) -> Iterator[Any]:
    if size == 0:
        return
    if is_torch(value):
        whole = memoryview((ctypes.c_char * size).from_address(value.data_ptr())).cast("B")
    else:
        whole = memoryview(value.reshape(-1)).cast("B")
    for at in range(0, size, _CHUNK):
        yield whole[at : at + _CHUNK]


def _torch_tensor(mapped: Any, dtype: str, shape: list[int], offset: int) -> Any:
    import torch

    kind = getattr(torch, _TORCH[dtype])
    count = math.prod(shape)
    if count == 0:
        return torch.empty(shape, dtype=kind)
    source, offset = _aligned(mapped, dtype, count, offset)
    return torch.frombuffer(source, dtype=kind, count=count, offset=offset).reshape(shape)


def _numpy_array(mapped: Any, dtype: str, shape: list[int], offset: int) -> Any:
    import numpy

    if dtype == "BF16":
        raise TensorError("bfloat16 weights need torch in the environment; add torch to the requirements")
    count = math.prod(shape)
    if count == 0:
        return numpy.empty(shape, dtype=_NUMPY[dtype])
    source, offset = _aligned(mapped, dtype, count, offset)
    return numpy.frombuffer(source, dtype=_NUMPY[dtype], count=count, offset=offset).reshape(shape)


def _aligned(mapped: Any, dtype: str, count: int, offset: int) -> tuple[Any, int]:
    if offset % _SIZES[dtype] == 0:
        return mapped, offset
    return bytearray(mapped[offset : offset + count * _SIZES[dtype]]), 0
