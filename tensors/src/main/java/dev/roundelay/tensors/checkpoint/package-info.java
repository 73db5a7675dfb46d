/// PyTorch's `.pt` checkpoints, written and read without Python, and never run.
///
/// A file is a zip archive of uncompressed entries in one folder (`checkpoint/` where we write it, any name
/// where we
/// read it):
///  - `data.pkl`: a pickle, protocol 2, of the state dict; a tensor is
///    `torch._utils._rebuild_tensor_v2(storage,
///    offset, size, stride, requires_grad, hooks)`,
///    its storage the persistent id `('storage', torch.FloatStorage, KEY, 'cpu', element count)`
///  - `byteorder`: `little`; absent in files of PyTorch before 2.1
///  - `data/KEY`: the bytes of a storage, at a multiple of 64 in the file
///  - `version`: `3`
///
/// Accepted are the files of `torch.save` of PyTorch 1.6 and later. Written files load with
/// `torch.load(weights_only=True)` of 1.13 and later.
///
/// Upstream definition: `torch/serialization.py` and `caffe2/serialize/inline_container.h` in
/// <https://github.com/pytorch/pytorch>; zip: APPNOTE 6.3.
@NullMarked
package dev.roundelay.tensors.checkpoint;

import org.jspecify.annotations.NullMarked;
