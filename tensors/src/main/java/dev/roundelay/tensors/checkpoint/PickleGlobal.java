package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.tensor.DType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The classes and functions that a state dict may name: the whole of them.
///
/// A name is looked up in this table and stands for a constant of ours; no Python and no Java class is ever
/// loaded by
/// it.
sealed interface PickleGlobal {
    /// What the unpickler may call.
    enum Callable implements PickleGlobal {
        ORDERED_DICT,
        REBUILD_TENSOR,
        REBUILD_PARAMETER
    }

    /// The class of a storage, such as `torch.FloatStorage`.
    record StorageType(DType dtype) implements PickleGlobal {}

    /// A dtype, such as `torch.float32`.
    record TorchDType(DType dtype) implements PickleGlobal {}

    Map<String, PickleGlobal> ALLOWED = allowed();

    static Optional<PickleGlobal> find(String module, String name) {
        return Optional.ofNullable(ALLOWED.get(module + '.' + name));
    }

    private static Map<String, PickleGlobal> allowed() {
        Map<String, PickleGlobal> allowed = new HashMap<>();
        allowed.put("collections.OrderedDict", Callable.ORDERED_DICT);
        allowed.put("torch._utils._rebuild_tensor_v2", Callable.REBUILD_TENSOR);
        allowed.put("torch._utils._rebuild_parameter", Callable.REBUILD_PARAMETER);
        for (DType dtype : DType.values()) {
            allowed.put("torch." + dtype.torchStorage(), new StorageType(dtype));
            allowed.put("torch." + dtype.torchName(), new TorchDType(dtype));
        }
        return Map.copyOf(allowed);
    }
}
