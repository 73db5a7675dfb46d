package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import dev.roundelay.tensors.tensor.Rounding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The float64 sums of one block of elements, and the means that they end as.
///
/// A block of input is first copied to an array that stays in the L1 cache: the JIT turns plain loops over
/// arrays
/// into vector instructions, loops over mapped
/// memory with conversions it does not (measured: half the speed). Vector and scalar instructions round
/// alike. Not
/// for use by several threads.
final class WeightedSum {
    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

    private final double[] sums;
    private final double[] doubles;
    private final float[] floats;
    private final short[] shorts;

    /// @param elements largest number of elements of a block
    WeightedSum(int elements) {
        sums = new double[elements];
        doubles = new double[elements];
        floats = new float[elements];
        shorts = new short[elements];
    }

    /// Sets the sums to `weight * x`.
    ///
    /// @param x little-endian elements of `dtype`, read only
    /// @param at byte offset of the first element in `x`
    /// @param count number of elements of the block
    /// @param weight finite, > 0
    void set(DType dtype, MemorySegment x, long at, int count, double weight) {
        switch (load(dtype, x, at, count)) {
            case FLOATS -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * floats[i];
                }
            }
            case DOUBLES -> {
                for (int i = 0; i < count; i++) {
                    sums[i] = weight * doubles[i];
                }
            }
        }
    }

    /// Adds `weight * x` to the sums, product and sum each rounded to float64.
    ///
    /// @param x little-endian elements of `dtype`, read only
    /// @param at byte offset of the first element in `x`
    /// @param count number of elements of the block
    /// @param weight finite, > 0
    void add(DType dtype, MemorySegment x, long at, int count, double weight) {
        switch (load(dtype, x, at, count)) {
            case FLOATS -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * floats[i];
                }
            }
            case DOUBLES -> {
                for (int i = 0; i < count; i++) {
                    sums[i] += weight * doubles[i];
                }
            }
        }
    }

    /// Sets the sums to these numbers.
    void set(double[] values, int count) {
        System.arraycopy(values, 0, sums, 0, count);
    }

    /// Takes up sums that were saved.
    ///
    /// @param at byte offset of the first one
    void restore(MemorySegment saved, long at, int count) {
        MemorySegment.copy(saved, F64, at, sums, 0, count);
    }

    /// Saves the sums.
    ///
    /// @param at byte offset for the first one
    void save(MemorySegment target, long at, int count) {
        MemorySegment.copy(sums, 0, target, F64, at, count);
    }

    /// Writes `sums / total`, rounded once more to `dtype`, half to even.
    ///
    /// @param count number of elements of the block
    /// @param total finite, > 0
    /// @param out little-endian elements of `dtype`, overwritten from byte `at` on; a BOOL is true where
    /// the sum is
    ///     at least half of `total`
    void writeMeans(DType dtype, int count, double total, MemorySegment out, long at) {
        switch (dtype) {
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    floats[i] = (float) (sums[i] / total);
                }
                // Copying as numbers would keep a NaN's bits, which depend on the instructions that made
                // it.
                canonicalNaN(count);
                MemorySegment.copy(floats, 0, out, F32, at, count);
            }
            case F16, BF16 -> {
                for (int i = 0; i < count; i++) {
                    double mean = sums[i] / total;
                    shorts[i] = dtype == DType.F16 ? Rounding.toFloat16(mean) : Rounding.toBfloat16(mean);
                }
                MemorySegment.copy(shorts, 0, out, I16, at, count);
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    double mean = sums[i] / total;
                    out.set(F64, at + 8L * i, Double.isNaN(mean) ? Double.NaN : mean);
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

    private enum Loaded {
        FLOATS,
        DOUBLES
    }

    private Loaded load(DType dtype, MemorySegment x, long at, int count) {
        return switch (dtype) {
            case F32 -> {
                MemorySegment.copy(x, F32, at, floats, 0, count);
                yield Loaded.FLOATS;
            }
            case F16 -> {
                MemorySegment.copy(x, I16, at, shorts, 0, count);
                for (int i = 0; i < count; i++) {
                    floats[i] = Float.float16ToFloat(shorts[i]);
                }
                yield Loaded.FLOATS;
            }
            case BF16 -> {
                MemorySegment.copy(x, I16, at, shorts, 0, count);
                for (int i = 0; i < count; i++) {
                    floats[i] = Float.intBitsToFloat(shorts[i] << 16);
                }
                yield Loaded.FLOATS;
            }
            case F64, I64, I32, I16, I8, U8, BOOL -> {
                Elements.decode(dtype, x, at, count, doubles);
                yield Loaded.DOUBLES;
            }
        };
    }

    private void canonicalNaN(int count) {
        for (int i = 0; i < count; i++) {
            float mean = floats[i];
            floats[i] = Float.isNaN(mean) ? Float.NaN : mean;
        }
    }
}
