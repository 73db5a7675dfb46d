package dev.roundelay.tensors.quantization;

import dev.roundelay.tensors.tensor.Rounding;
import java.lang.foreign.MemorySegment;

/// 16 bits an element, without a scale.
///
/// @param ieee binary16; else bfloat16
record HalfCodec(boolean ieee) implements BlockCodec {
    private static final double BEYOND_FLOAT16 = 65_520;

    /// Not finite where an element would round to infinity.
    @Override
    public float scale(double[] x, int from, int count) {
        double beyond = ieee ? BEYOND_FLOAT16 : 0x1.FFp127;
        return BlockCodec.largest(x, from, count) < beyond ? 0 : Float.POSITIVE_INFINITY;
    }

    @Override
    public void encode(double[] x, int from, int count, float scale, MemorySegment out, long at) {
        for (int i = 0; i < count; i++) {
            double value = x[from + i];
            out.set(I16, at + 2L * i, ieee ? Rounding.toFloat16(value) : Rounding.toBfloat16(value));
        }
    }

    @Override
    public void decode(MemorySegment in, long at, int count, float scale, double[] x, int from) {
        for (int i = 0; i < count; i++) {
            short bits = in.get(I16, at + 2L * i);
            x[from + i] = ieee ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
        }
    }
}
