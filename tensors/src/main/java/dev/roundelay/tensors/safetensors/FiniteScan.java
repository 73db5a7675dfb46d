package dev.roundelay.tensors.safetensors;

import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/// Looks for elements that are NaN or infinite.
///
/// A block is first looked through without branches; the global model is read only where a block has such
/// an element.
final class FiniteScan {
    private static final int BLOCK_ELEMENTS = 8192;

    private static final ValueLayout.OfLong BITS_64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt BITS_32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort BITS_16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long EXPONENT_F64 = 0x7FF0_0000_0000_0000L;
    private static final int EXPONENT_F32 = 0x7F80_0000;
    private static final int EXPONENT_F16 = 0x7C00;
    private static final int EXPONENT_BF16 = 0x7F80;

    private FiniteScan() {}

    /// The first element that is not finite in `tensor` but finite in `reference`.
    ///
    /// @param tensor floating
    /// @param reference same dtype and shape
    static OptionalLong find(TensorView tensor, TensorView reference) {
        long count = tensor.shape().elementCount();
        for (long from = 0; from < count; from += BLOCK_ELEMENTS) {
            int size = (int) Math.min(BLOCK_ELEMENTS, count - from);
            if (hasNonFinite(tensor.dtype(), tensor.segment(), from, size)) {
                for (long i = from; i < from + size; i++) {
                    if (hasNonFinite(tensor.dtype(), tensor.segment(), i, 1)
                            && !hasNonFinite(tensor.dtype(), reference.segment(), i, 1)) {
                        return OptionalLong.of(i);
                    }
                }
            }
        }
        return OptionalLong.empty();
    }

    // An exponent of ones, plus one in its lowest place, carries into the sign's place: so the carry of any
    // element
    // survives an OR.
    private static boolean hasNonFinite(DType dtype, MemorySegment x, long from, int size) {
        return switch (dtype) {
            case F64 -> {
                long carry = 0;
                for (int i = 0; i < size; i++) {
                    long exponent = x.get(BITS_64, (from + i) * 8L) & EXPONENT_F64;
                    carry |= exponent + (EXPONENT_F64 & -EXPONENT_F64);
                }
                yield carry < 0;
            }
            case F32 -> {
                int carry = 0;
                for (int i = 0; i < size; i++) {
                    int exponent = x.get(BITS_32, (from + i) * 4L) & EXPONENT_F32;
                    carry |= exponent + (EXPONENT_F32 & -EXPONENT_F32);
                }
                yield carry < 0;
            }
            case F16 -> hasNonFinite16(x, from, size, EXPONENT_F16);
            case BF16 -> hasNonFinite16(x, from, size, EXPONENT_BF16);
            case I64, I32, I16, I8, U8, BOOL -> false;
        };
    }

    private static boolean hasNonFinite16(MemorySegment x, long from, int size, int exponentMask) {
        int carry = 0;
        for (int i = 0; i < size; i++) {
            int exponent = x.get(BITS_16, (from + i) * 2L) & exponentMask;
            carry |= exponent + (exponentMask & -exponentMask);
        }
        return (carry & 0x8000) != 0;
    }
}
