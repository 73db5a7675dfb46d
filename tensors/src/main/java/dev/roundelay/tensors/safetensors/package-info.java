/// The safetensors file format, read from memory maps and written in one pass.
///
/// A file is, in this order:
///  - `n`: u64, little-endian, the size of the header
///  - header: `n` bytes of UTF-8 JSON, one object: each tensor name to `{"dtype", "shape", "data_offsets":
///    [begin,
/// end]}`, and optionally
///    `__metadata__` to an object of strings; may be padded with spaces at its end
///  - data: the tensors' elements, little-endian, row-major; offsets count from here
///
/// Accepted are files whose names are unique and whose offsets ascend in header order without gap or
/// overlap from 0
/// to
/// the end of the file, with the
/// dtypes of [dev.roundelay.tensors.tensor.DType]. Written headers are padded so that the data starts at a
/// multiple
/// of
/// 64.
///
/// Upstream definition: <https://github.com/huggingface/safetensors#format> (0.3 and later).
@NullMarked
package dev.roundelay.tensors.safetensors;

import org.jspecify.annotations.NullMarked;
