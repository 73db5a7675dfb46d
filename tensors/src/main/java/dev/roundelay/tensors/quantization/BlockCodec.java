package dev.roundelay.tensors.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Writes one block of elements as codes, and reads it. Not for use by several threads.
interface BlockCodec {
    ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Returns the scale of a block; 0 for codes that need none. It is not finite if the block cannot be written.
    float scale(double[] x, int from, int count);

    /// Writes the codes of a block.
    ///
    /// @param x     finite
    /// @param scale of the block, finite
    /// @param out   at least [Encoding#codeBytes] from `at` on
    void encode(double[] x, int from, int count, float scale, MemorySegment out, long at);

    /// Reads the codes of a block.
    void decode(MemorySegment in, long at, int count, float scale, double[] x, int from);

    /// Returns the largest magnitude of a block.
    static float largest(double[] x, int from, int count) {
        double largest = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        return (float) largest;
    }
}
