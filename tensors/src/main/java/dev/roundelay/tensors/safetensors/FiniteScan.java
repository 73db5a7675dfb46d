package dev.roundelay.tensors.safetensors;

import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/// Looks for elements that are NaN or infinite.
///
/// A block is first looked through without branches; the global model is read only where a block has such an
/// element. Blocks are copied to an array of the cache's size: the copy is one call, and a loop over an array
/// is fast from its first compilation on, while a loop over a segment crawls until the optimising compiler has
/// come to it.
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
        Block block = block(tensor.dtype(), (int) Math.min(BLOCK_ELEMENTS, count));
        for (long from = 0; from < count; from += BLOCK_ELEMENTS) {
            int size = (int) Math.min(BLOCK_ELEMENTS, count - from);
            if (block.hasNonFinite(tensor.segment(), from, size)) {
                for (long i = from; i < from + size; i++) {
                    if (block.hasNonFinite(tensor.segment(), i, 1) && !block.hasNonFinite(reference.segment(), i, 1)) {
                        return OptionalLong.of(i);
                    }
                }
            }
        }
        return OptionalLong.empty();
    }

    private static Block block(DType dtype, int elements) {
        return switch (dtype) {
            case F64 -> new Block64(new long[elements]);
            case F32 -> new Block32(new int[elements]);
            case F16 -> new Block16(new short[elements], EXPONENT_F16);
            case BF16 -> new Block16(new short[elements], EXPONENT_BF16);
            case I64, I32, I16, I8, U8, BOOL -> (_, _, _) -> false;
        };
    }

    // An exponent of ones, plus one in its lowest place, carries into the sign's place: so the carry of any
    // element survives an OR.
    private interface Block {
        boolean hasNonFinite(MemorySegment x, long from, int size);
    }

    private record Block64(long[] bits) implements Block {
        @Override
        public boolean hasNonFinite(MemorySegment x, long from, int size) {
            MemorySegment.copy(x, BITS_64, from * Long.BYTES, bits, 0, size);
            long carry = 0;
            for (int i = 0; i < size; i++) {
                carry |= (bits[i] & EXPONENT_F64) + (EXPONENT_F64 & -EXPONENT_F64);
            }
            return carry < 0;
        }
    }

    private record Block32(int[] bits) implements Block {
        @Override
        public boolean hasNonFinite(MemorySegment x, long from, int size) {
            MemorySegment.copy(x, BITS_32, from * Integer.BYTES, bits, 0, size);
            int carry = 0;
            for (int i = 0; i < size; i++) {
                carry |= (bits[i] & EXPONENT_F32) + (EXPONENT_F32 & -EXPONENT_F32);
            }
            return carry < 0;
        }
    }

    private record Block16(short[] bits, int exponent) implements Block {
        @Override
        public boolean hasNonFinite(MemorySegment x, long from, int size) {
            MemorySegment.copy(x, BITS_16, from * Short.BYTES, bits, 0, size);
            int carry = 0;
            for (int i = 0; i < size; i++) {
                carry |= (bits[i] & exponent) + (exponent & -exponent);
            }
            return (carry & 0x8000) != 0;
        }
    }
}
