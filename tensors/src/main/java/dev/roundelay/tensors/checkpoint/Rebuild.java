package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.checkpoint.PickleValue.Bool;
import dev.roundelay.tensors.checkpoint.PickleValue.Dict;
import dev.roundelay.tensors.checkpoint.PickleValue.Global;
import dev.roundelay.tensors.checkpoint.PickleValue.Int;
import dev.roundelay.tensors.checkpoint.PickleValue.Storage;
import dev.roundelay.tensors.checkpoint.PickleValue.Tensor;
import dev.roundelay.tensors.checkpoint.PickleValue.Text;
import dev.roundelay.tensors.checkpoint.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.List;

/// What PyTorch's rebuild functions mean, as descriptions: no bytes are touched here.
final class Rebuild {
    private Rebuild() {}

    static PickleValue call(PickleGlobal.Callable callable, List<PickleValue> arguments, PickleInput input) {
        return switch (callable) {
            case ORDERED_DICT -> orderedDict(arguments, input);
            case REBUILD_TENSOR -> tensor(arguments, input);
            case REBUILD_PARAMETER -> parameter(arguments, input);
        };
    }

    /// The storage of a persistent id `('storage', class, key, location, element count)`.
    static Storage storage(PickleValue id, PickleInput input) {
        if (!(id instanceof Tuple tuple)) {
            throw input.refused("a persistent id that is a " + id.kind() + ", not a tuple");
        }
        List<PickleValue> parts = tuple.items();
        if (parts.size() == 5
                && parts.get(0) instanceof Text(String tag)
                && tag.equals("storage")
                && parts.get(1) instanceof Global(PickleGlobal.StorageType(var dtype))
                && parts.get(2) instanceof Text(String key)
                && parts.get(3) instanceof Text
                && parts.get(4) instanceof Int(long elements)
                && elements >= 0) {
            return new Storage(dtype, key, elements);
        }
        throw input.refused("a persistent id that is not of a storage");
    }

    private static Dict orderedDict(List<PickleValue> arguments, PickleInput input) {
        if (!arguments.isEmpty()) {
            throw input.refused("collections.OrderedDict with arguments");
        }
        return new Dict();
    }

    // (storage, storage offset, size, stride, requires_grad, backward hooks)
    private static Tensor tensor(List<PickleValue> arguments, PickleInput input) {
        if (arguments.size() == 6
                && arguments.get(0) instanceof Storage storage
                && arguments.get(1) instanceof Int(long offset)
                && arguments.get(2) instanceof Tuple size
                && arguments.get(3) instanceof Tuple strides
                && arguments.get(4) instanceof Bool
                && arguments.get(5) instanceof Dict) {
            return new Tensor(storage, offset, numbers(size, input), numbers(strides, input));
        }
        throw input.refused("torch._utils._rebuild_tensor_v2 with arguments that are not of a plain tensor");
    }

    // (tensor, requires_grad, backward hooks)
    private static Tensor parameter(List<PickleValue> arguments, PickleInput input) {
        if (arguments.size() == 3
                && arguments.get(0) instanceof Tensor tensor
                && arguments.get(1) instanceof Bool
                && arguments.get(2) instanceof Dict) {
            return tensor;
        }
        throw input.refused("torch._utils._rebuild_parameter with arguments that are not of a plain parameter");
    }

    private static List<Long> numbers(Tuple tuple, PickleInput input) {
        List<Long> numbers = new ArrayList<>(tuple.items().size());
        for (PickleValue item : tuple.items()) {
            if (!(item instanceof Int(long number))) {
                throw input.malformed("a " + item.kind() + " as a size or a stride");
            }
            numbers.add(number);
        }
        return List.copyOf(numbers);
    }
}
