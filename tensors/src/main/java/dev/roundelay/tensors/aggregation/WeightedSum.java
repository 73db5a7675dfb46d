package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Weighted sums in float64 over elements in memory, one loop for each dtype.
///
/// The loops are plain, with `long` byte offsets: the JIT turns them into vector instructions, which round like the
/// scalar ones.
final class WeightedSum {
    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

    private WeightedSum() {}

    /// Sets the sums to `weight * x`.
    ///
    /// @param x little-endian elements of `dtype`, read only
    /// @param at byte offset of the first element in `x`
    /// @param count number of elements, <= the length of `sums`
    /// @param weight finite, > 0
    /// @param sums float64, elements 0 to `count` overwritten
    static void set(DType dtype, MemorySegment x, long at, int count, double weight, double[] sums) {
        switch (dtype) {
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * x.get(F64, at + 8L * i);
                }
            }
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * x.get(F32, at + 4L * i);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * Float.float16ToFloat(x.get(I16, at + 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * Float.intBitsToFloat(x.get(I16, at + 2L * i) << 16);
                }
            }
            case I64 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * (double) x.get(I64, at + 8L * i);
                }
            }
            case I32 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * x.get(I32, at + 4L * i);
                }
            }
            case I16 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * x.get(I16, at + 2L * i);
                }
            }
            case I8 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * x.get(I8, at + i);
                }
            }
            case U8 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * (x.get(I8, at + i) & 0xFF);
                }
            }
            case BOOL -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * (x.get(I8, at + i) == 0 ? 0.0 : 1.0);
                }
            }
        }
    }

    /// Adds `weight * x` to the sums, product and sum each rounded to float64.
    ///
    /// @param x little-endian elements of `dtype`, read only
    /// @param at byte offset of the first element in `x`
    /// @param count number of elements, <= the length of `sums`
    /// @param weight finite, > 0
    /// @param sums float64, elements 0 to `count` updated in place
    static void add(DType dtype, MemorySegment x, long at, int count, double weight, double[] sums) {
        switch (dtype) {
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * x.get(F64, at + 8L * i);
                }
            }
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * x.get(F32, at + 4L * i);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * Float.float16ToFloat(x.get(I16, at + 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * Float.intBitsToFloat(x.get(I16, at + 2L * i) << 16);
                }
            }
            case I64 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * (double) x.get(I64, at + 8L * i);
                }
            }
            case I32 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * x.get(I32, at + 4L * i);
                }
            }
            case I16 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * x.get(I16, at + 2L * i);
                }
            }
            case I8 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * x.get(I8, at + i);
                }
            }
            case U8 -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * (x.get(I8, at + i) & 0xFF);
                }
            }
            case BOOL -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * (x.get(I8, at + i) == 0 ? 0.0 : 1.0);
                }
            }
        }
    }
}
