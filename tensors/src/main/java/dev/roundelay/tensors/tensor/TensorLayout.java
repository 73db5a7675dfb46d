package dev.roundelay.tensors.tensor;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The ordered tensors of a model or an update, laid out one behind the other without gaps.
///
/// Invariants: names are unique; an entry starts where the one before it ends, the first at 0. Immutable.
public final class TensorLayout {
    private final List<Entry> entries;
    private final Map<String, Entry> byName;
    private final long byteSize;

    private TensorLayout(List<Entry> entries, Map<String, Entry> byName, long byteSize) {
        this.entries = entries;
        this.byName = byName;
        this.byteSize = byteSize;
    }

    /// A tensor and where its elements start, in bytes from the start of the data.
    public record Entry(TensorSpec spec, long offset) {
        public String name() {
            return spec.name();
        }

        public DType dtype() {
            return spec.dtype();
        }

        public Shape shape() {
            return spec.shape();
        }

        public long byteSize() {
            return spec.byteSize();
        }

        /// Where the elements end, exclusive.
        public long end() {
            return offset + spec.byteSize();
        }
    }

    /// Lays out tensors in the order given.
    ///
    /// @throws TensorFormatException with `DUPLICATE_NAME` if two have one name, with `BAD_SHAPE` if the
    /// bytes
    /// together do not fit a `long`
    public static TensorLayout of(List<TensorSpec> specs) {
        List<Entry> entries = new ArrayList<>(specs.size());
        Map<String, Entry> byName = HashMap.newHashMap(specs.size());
        long offset = 0;
        for (TensorSpec spec : specs) {
            Entry entry = new Entry(spec, offset);
            if (byName.putIfAbsent(spec.name(), entry) != null) {
                throw new TensorFormatException(
                        TensorFault.DUPLICATE_NAME,
                        spec.name(),
                        "the name occurs twice",
                        "give each tensor a name of its own");
            }
            entries.add(entry);
            if (spec.byteSize() > Long.MAX_VALUE - offset) {
                throw new TensorFormatException(
                        TensorFault.BAD_SHAPE,
                        spec.name(),
                        "the tensors have more bytes than can be counted",
                        "write the file again");
            }
            offset += spec.byteSize();
        }
        return new TensorLayout(List.copyOf(entries), byName, offset);
    }

    /// All tensors in order.
    public List<Entry> entries() {
        return entries;
    }

    public Optional<Entry> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// The tensor of that name.
    ///
    /// @throws TensorFormatException with `UNKNOWN_TENSOR` if there is none
    public Entry entry(String name) {
        return find(name)
                .orElseThrow(() -> new TensorFormatException(
                        TensorFault.UNKNOWN_TENSOR,
                        name,
                        "no such tensor here",
                        "ask for one of the " + entries.size() + " tensors of the file"));
    }

    /// Bytes of all tensors together.
    public long byteSize() {
        return byteSize;
    }
}
