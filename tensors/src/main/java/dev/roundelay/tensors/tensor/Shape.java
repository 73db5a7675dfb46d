package dev.roundelay.tensors.tensor;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.util.List;
import java.util.stream.LongStream;

/// The sizes of a tensor's dimensions, outermost first.
///
/// Invariants: each size is >= 0 and the number of elements fits a `long`. No dimension at all is a single
/// element
/// (0-d).
public record Shape(List<Long> dimensions) {
    /// The shape of a single element.
    public static final Shape SCALAR = new Shape(List.of());

    /// @throws TensorFormatException with `BAD_SHAPE` if a size is negative or the number of elements does
    /// not fit a
    /// `long`
    public Shape {
        dimensions = List.copyOf(dimensions);
        requireCountable(dimensions);
    }

    public static Shape of(long... dimensions) {
        return new Shape(LongStream.of(dimensions).boxed().toList());
    }

    /// The product of the dimensions: 1 for a 0-d tensor, 0 where a dimension is 0.
    public long elementCount() {
        long count = 1;
        for (long dimension : dimensions) {
            count *= dimension;
        }
        return count;
    }

    /// Elements to step over in memory for one step in each dimension, where the tensor is laid out
    /// row-major, as
    /// PyTorch counts them.
    public List<Long> contiguousStrides() {
        long[] strides = new long[dimensions.size()];
        long stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, dimensions.get(i));
        }
        return LongStream.of(strides).boxed().toList();
    }

    /// As Python writes it: `[64, 3]`, or `[]` for a 0-d tensor.
    @Override
    public String toString() {
        return dimensions.toString();
    }

    // INVARIANT: the product without the zeros fits too, so strides never overflow, whatever the order of
    // the
    // dimensions.
    private static void requireCountable(List<Long> dimensions) {
        long product = 1;
        for (long dimension : dimensions) {
            if (dimension < 0) {
                throw new TensorFormatException(
                        TensorFault.BAD_SHAPE, "shape " + dimensions + " has a negative size", "write the file again");
            }
            try {
                product = Math.multiplyExact(product, Math.max(1, dimension));
            } catch (ArithmeticException e) {
                throw new TensorFormatException(
                        TensorFault.BAD_SHAPE,
                        "shape " + dimensions + " has more elements than can be counted",
                        "write the file again");
            }
        }
    }
}
