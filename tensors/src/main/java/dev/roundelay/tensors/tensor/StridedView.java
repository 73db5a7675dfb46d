package dev.roundelay.tensors.tensor;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Optional;

/// A tensor that steps through a storage in its own way, as PyTorch keeps transposed, sliced and expanded
/// tensors.
///
/// Invariant: every element lies inside the storage. Valid as long as the storage's owner is open; safe for
/// use by
/// several threads.
///
/// @param storage elements of the dtype, little-endian, read only; may be shared with other tensors
/// @param offset the first element's index in the storage
/// @param strides elements of the storage to step over, one for each dimension, >= 0
public record StridedView(TensorSpec spec, MemorySegment storage, long offset, List<Long> strides) {
    private static final int BLOCK_ELEMENTS = 1 << 16;

    /// @throws TensorFormatException with `OUTSIDE_STORAGE` if an element would lie outside the storage, or
    /// a stride
    /// is negative or missing
    public StridedView {
        strides = List.copyOf(strides);
        requireInside(spec, storage, offset, strides);
    }

    public String name() {
        return spec.name();
    }

    /// The tensor in place, if its elements lie row-major without gaps.
    public Optional<TensorView> contiguous() {
        if (spec.byteSize() == 0) {
            return Optional.of(new TensorView(spec, storage.asSlice(0, 0)));
        }
        List<Long> dimensions = spec.shape().dimensions();
        List<Long> expected = spec.shape().contiguousStrides();
        for (int i = 0; i < strides.size(); i++) {
            if (dimensions.get(i) != 1 && !strides.get(i).equals(expected.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(
                new TensorView(spec, storage.asSlice(offset * spec.dtype().byteSize(), spec.byteSize())));
    }

    /// Copies elements in row-major order.
    ///
    /// @param from index of the first element, in row-major order
    /// @param count number of elements
    /// @param out overwritten from byte 0 on
    public void gather(long from, int count, MemorySegment out) {
        int size = spec.dtype().byteSize();
        long[] dimensions =
                spec.shape().dimensions().stream().mapToLong(Long::longValue).toArray();
        long[] steps = strides.stream().mapToLong(Long::longValue).toArray();
        long[] index = new long[dimensions.length];
        long at = offset;
        long rest = from;
        for (int i = dimensions.length - 1; i >= 0; i--) {
            index[i] = rest % dimensions[i];
            rest /= dimensions[i];
            at += index[i] * steps[i];
        }
        for (int done = 0; done < count; done++) {
            MemorySegment.copy(storage, at * size, out, (long) done * size, size);
            for (int i = dimensions.length - 1; i >= 0; i--) {
                at += steps[i];
                if (++index[i] < dimensions[i]) {
                    break;
                }
                at -= dimensions[i] * steps[i];
                index[i] = 0;
            }
        }
    }

    /// Writes the elements in row-major order to a channel, which stays open.
    public void writeTo(WritableByteChannel channel) throws IOException {
        Optional<TensorView> inPlace = contiguous();
        if (inPlace.isPresent()) {
            inPlace.get().writeTo(channel);
            return;
        }
        MemorySegment block =
                MemorySegment.ofArray(new byte[BLOCK_ELEMENTS * spec.dtype().byteSize()]);
        long elements = spec.shape().elementCount();
        for (long from = 0; from < elements; from += BLOCK_ELEMENTS) {
            int count = (int) Math.min(BLOCK_ELEMENTS, elements - from);
            gather(from, count, block);
            ByteBuffer gathered =
                    block.asByteBuffer().limit(count * spec.dtype().byteSize());
            while (gathered.hasRemaining()) {
                channel.write(gathered);
            }
        }
    }

    private static void requireInside(TensorSpec spec, MemorySegment storage, long offset, List<Long> strides) {
        List<Long> dimensions = spec.shape().dimensions();
        if (strides.size() != dimensions.size()) {
            throw outside(spec, "shape " + dimensions + " does not fit strides " + strides);
        }
        long elements = storage.byteSize() / spec.dtype().byteSize();
        long last = offset;
        boolean inside = offset >= 0 && offset <= elements;
        for (int i = 0; inside && i < strides.size(); i++) {
            long steps = Math.max(0, dimensions.get(i) - 1);
            long stride = strides.get(i);
            inside = stride >= 0 && (steps == 0 || stride <= (Long.MAX_VALUE - last) / steps);
            last += inside ? steps * stride : 0;
        }
        boolean empty = spec.shape().elementCount() == 0;
        if (!inside || !empty && last >= elements) {
            throw outside(
                    spec,
                    "shape " + dimensions + " with strides " + strides + " from element " + offset
                            + " reaches outside its storage of " + elements + " elements");
        }
    }

    private static TensorFormatException outside(TensorSpec spec, String what) {
        return new TensorFormatException(
                TensorFault.OUTSIDE_STORAGE, spec.name(), what, "save the checkpoint again with torch.save");
    }
}
