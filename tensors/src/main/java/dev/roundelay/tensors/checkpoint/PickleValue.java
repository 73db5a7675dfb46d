package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a pickle can push on the stack.
///
/// INVARIANT: nothing walks a value recursively (no `equals`, `hashCode` or `toString` of containers),
/// since a few
/// opcodes make
/// one that is its own part or that unfolds exponentially.
sealed interface PickleValue {
    record Text(String value) implements PickleValue {}

    record Int(long value) implements PickleValue {}

    record Real(double value) implements PickleValue {}

    record Bool(boolean value) implements PickleValue {}

    record Global(PickleGlobal global) implements PickleValue {}

    /// @param key names the entry with the bytes
    record Storage(DType dtype, String key, long elements) implements PickleValue {}

    /// A view of a storage; offset and strides count elements.
    record Tensor(Storage storage, long offset, List<Long> size, List<Long> strides) implements PickleValue {}

    enum None implements PickleValue {
        NONE
    }

    final class Tuple implements PickleValue {
        private final List<PickleValue> items;

        Tuple(List<PickleValue> items) {
            this.items = List.copyOf(items);
        }

        List<PickleValue> items() {
            return items;
        }
    }

    final class Sequence implements PickleValue {
        private final List<PickleValue> items = new ArrayList<>(0);

        void add(PickleValue item) {
            items.add(item);
        }
    }

    /// A dict; keys are [Text] or [Int].
    final class Dict implements PickleValue {
        private final Map<PickleValue, PickleValue> items = new LinkedHashMap<>(0);

        Map<PickleValue, PickleValue> items() {
            return items;
        }
    }

    /// What Python would call it, for messages.
    default String kind() {
        return switch (this) {
            case Text _ -> "str";
            case Int _ -> "int";
            case Real _ -> "float";
            case Bool _ -> "bool";
            case Global _ -> "class or function";
            case Storage _ -> "storage";
            case Tensor _ -> "tensor";
            case None _ -> "None";
            case Tuple _ -> "tuple";
            case Sequence _ -> "list";
            case Dict _ -> "dict";
        };
    }
}
