package dev.roundelay.tensors.tensor;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;

/// A tensor without its elements.
///
/// Invariant: its number of bytes fits a `long`.
///
/// @param name any string, the empty one included
public record TensorSpec(String name, DType dtype, Shape shape) {
    /// @throws TensorFormatException with `BAD_SHAPE` if the number of bytes does not fit a `long`
    public TensorSpec {
        if (shape.elementCount() > Long.MAX_VALUE / dtype.byteSize()) {
            throw new TensorFormatException(
                    TensorFault.BAD_SHAPE,
                    name,
                    "shape " + shape + " has more bytes than can be counted",
                    "write the file again");
        }
    }

    /// Bytes of all elements, laid out without gaps.
    public long byteSize() {
        return shape.elementCount() * dtype.byteSize();
    }
}
