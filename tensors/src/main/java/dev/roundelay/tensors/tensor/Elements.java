package dev.roundelay.tensors.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Turns elements of any dtype into float64 and back. Stateless.
public final class Elements {
    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

    private Elements() {}

    /// Decodes a block; exact for all dtypes but I64, whose numbers are rounded to the nearest float64.
    ///
    /// @param x little-endian elements of `dtype`, read only
    /// @param at byte offset of the first element in `x`
    /// @param count number of elements
    /// @param out overwritten from 0 to `count`; false is 0, true is 1
    public static void decode(DType dtype, MemorySegment x, long at, int count, double[] out) {
        switch (dtype) {
            case F64 -> MemorySegment.copy(x, F64, at, out, 0, count);
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = x.get(F32, at + 4L * i);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = Float.float16ToFloat(x.get(I16, at + 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = Float.intBitsToFloat(x.get(I16, at + 2L * i) << 16);
                }
            }
            case I64 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = (double) x.get(I64, at + 8L * i);
                }
            }
            case I32 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = x.get(I32, at + 4L * i);
                }
            }
            case I16 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = x.get(I16, at + 2L * i);
                }
            }
            case I8 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = x.get(I8, at + i);
                }
            }
            case U8 -> {
                for (int i = 0; i < count; i++) {
                    out[i] = x.get(I8, at + i) & 0xFF;
                }
            }
            case BOOL -> {
                for (int i = 0; i < count; i++) {
                    out[i] = x.get(I8, at + i) == 0 ? 0 : 1;
                }
            }
        }
    }

    /// Writes a block of a floating dtype, each element rounded once, half to even.
    ///
    /// @param x as many elements
    /// @param out overwritten from its beginning
    public static void encode(DType dtype, double[] x, int count, MemorySegment out) {
        switch (dtype) {
            case F64 -> MemorySegment.copy(x, 0, out, F64, 0, count);
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    out.set(F32, 4L * i, (float) x[i]);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out.set(I16, 2L * i, Rounding.toFloat16(x[i]));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out.set(I16, 2L * i, Rounding.toBfloat16(x[i]));
                }
            }
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype + " is no floating dtype");
        }
    }
}
