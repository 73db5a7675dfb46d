package dev.roundelay.tensors.tensor;

import java.lang.foreign.MemorySegment;

/// A tensor whose elements lie in memory that somebody else owns, mostly a mapped file.
///
/// Elements are row-major, little-endian, without gaps; the segment may start at any address, so readers
/// use
/// unaligned
/// access. A view is valid as long as
/// its owner is open, and reading it from several threads is safe. It is never written through.
///
/// @param segment exactly the bytes of the elements
public record TensorView(TensorSpec spec, MemorySegment segment) {
    public TensorView {
        if (segment.byteSize() != spec.byteSize()) {
            throw new IllegalArgumentException("tensor " + spec.name() + " has " + segment.byteSize() + " bytes, but "
                    + spec.dtype() + spec.shape() + " needs " + spec.byteSize());
        }
    }

    public TensorView(String name, DType dtype, Shape shape, MemorySegment segment) {
        this(new TensorSpec(name, dtype, shape), segment);
    }

    public String name() {
        return spec.name();
    }

    public DType dtype() {
        return spec.dtype();
    }

    public Shape shape() {
        return spec.shape();
    }
}
