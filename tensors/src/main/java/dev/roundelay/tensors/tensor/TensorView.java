package dev.roundelay.tensors.tensor;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

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
    private static final int CHUNK_BYTES = 1 << 20;

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

    /// Writes the elements to a channel, which stays open.
    public void writeTo(WritableByteChannel channel) throws IOException {
        for (long from = 0; from < segment.byteSize(); from += CHUNK_BYTES) {
            long size = Math.min(CHUNK_BYTES, segment.byteSize() - from);
            ByteBuffer chunk = segment.asSlice(from, size).asByteBuffer();
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        }
    }
}
