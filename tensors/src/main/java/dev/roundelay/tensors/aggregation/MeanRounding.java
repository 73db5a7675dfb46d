package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Turns float64 sums into means, each rounded once to its dtype, half to even.
final class MeanRounding {
    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

    private MeanRounding() {}

    /// Writes `sums / total`.
    ///
    /// @param sums float64, read only
    /// @param count number of elements
    /// @param total finite, > 0
    /// @param out little-endian elements of `dtype`, overwritten from byte `at` on; a BOOL is true where the sum is
    /// at least half of `total`
    static void round(DType dtype, double[] sums, int count, double total, MemorySegment out, long at) {
        switch (dtype) {
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    double mean = sums[i] / total;
                    out.set(F64, at + 8L * i, Double.isNaN(mean) ? Double.NaN : mean);
                }
            }
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    float mean = (float) (sums[i] / total);
                    out.set(F32, at + 4L * i, Float.isNaN(mean) ? Float.NaN : mean);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out.set(I16, at + 2L * i, toFloat16(sums[i] / total));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out.set(I16, at + 2L * i, toBfloat16(sums[i] / total));
                }
            }
            case I64 -> {
                for (int i = 0; i < count; i++) {
                    out.set(I64, at + 8L * i, (long) Math.rint(sums[i] / total));
                }
            }
            case I32 -> {
                for (int i = 0; i < count; i++) {
                    out.set(I32, at + 4L * i, (int) Math.rint(sums[i] / total));
                }
            }
            case I16 -> {
                for (int i = 0; i < count; i++) {
                    out.set(I16, at + 2L * i, (short) (int) Math.rint(sums[i] / total));
                }
            }
            case I8, U8 -> {
                for (int i = 0; i < count; i++) {
                    out.set(I8, at + i, (byte) (int) Math.rint(sums[i] / total));
                }
            }
            case BOOL -> {
                for (int i = 0; i < count; i++) {
                    out.set(I8, at + i, (byte) (2 * sums[i] >= total ? 1 : 0));
                }
            }
        }
    }

    /// The nearest binary16, half to even.
    static short toFloat16(double value) {
        float odd = toOdd(value);
        return Float.isNaN(odd) ? (short) 0x7E00 : Float.floatToFloat16(odd);
    }

    /// The nearest bfloat16, half to even.
    static short toBfloat16(double value) {
        float odd = toOdd(value);
        if (Float.isNaN(odd)) {
            return (short) 0x7FC0;
        }
        int bits = Float.floatToRawIntBits(odd);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    // Rounding twice, to float32 and then to 16 bits, can end on the wrong neighbour. Rounding to odd first keeps "a
    // little above" and "a little below"
    // apart, so that the second rounding is the only one that counts (Boldo and Melquiond, 2008).
    private static float toOdd(double value) {
        float nearest = (float) value;
        int bits = Float.floatToRawIntBits(nearest);
        if (nearest == value || Double.isNaN(value) || (bits & 1) == 1) {
            return nearest;
        }
        return Float.intBitsToFloat(Math.abs(nearest) < Math.abs(value) ? bits + 1 : bits - 1);
    }
}
