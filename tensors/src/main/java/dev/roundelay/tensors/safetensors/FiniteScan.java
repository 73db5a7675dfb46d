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
/// element. Blocks are copied to an array of the cache's size: the copy is one call, and a loop over an array is fast
/// from its first compilation on, while a loop over a segment crawls until the optimising compiler has come to it.
/// Elements are looked at as many at a time as a long holds, since a worker has the fast compiler alone, which makes no
/// vector instructions.
final class FiniteScan {
    private static final int BLOCK_LONGS = 4096;
    private static final int BLOCK_BYTES = BLOCK_LONGS * Long.BYTES;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private FiniteScan() {}

    /// The first element that is not finite in `tensor` but finite in `reference`.
    ///
    /// @param tensor floating
    /// @param reference same dtype and shape
    static OptionalLong find(TensorView tensor, TensorView reference) {
        Exponents exponents = exponents(tensor.dtype());
        long total = tensor.spec().byteSize();
        long[] block = new long[(int) Math.min(BLOCK_LONGS, total / Long.BYTES + 1)];
        int width = tensor.dtype().byteSize();
        for (long from = 0; from < total; from += BLOCK_BYTES) {
            int size = (int) Math.min(BLOCK_BYTES, total - from);
            if (exponents.hasFullOne(tensor.segment(), from, size, block)) {
                for (long at = from; at < from + size; at += width) {
                    if (exponents.hasFullOne(tensor.segment(), at, width, block)
                            && !exponents.hasFullOne(reference.segment(), at, width, block)) {
                        return OptionalLong.of(at / width);
                    }
                }
            }
        }
        return OptionalLong.empty();
    }

    private static Exponents exponents(DType dtype) {
        return switch (dtype) {
            case F64 -> new Exponents(0x7FF0_0000_0000_0000L, 0x0010_0000_0000_0000L);
            case F32 -> new Exponents(0x7F80_0000_7F80_0000L, 0x0080_0000_0080_0000L);
            case F16 -> new Exponents(0x7C00_7C00_7C00_7C00L, 0x0400_0400_0400_0400L);
            case BF16 -> new Exponents(0x7F80_7F80_7F80_7F80L, 0x0080_0080_0080_0080L);
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype + " is no floating dtype");
        };
    }

    /// Where the exponents of the elements in a long are. An exponent of ones, plus one in its lowest place, carries
    /// into the sign's place and no further: so the carry of any element survives an OR.
    ///
    /// @param bits all bits of the exponents
    /// @param ones the lowest bit of each
    private record Exponents(long bits, long ones) {
        boolean hasFullOne(MemorySegment x, long from, int size, long[] block) {
            int longs = size / Long.BYTES;
            MemorySegment.copy(x, LONG, from, block, 0, longs);
            long carry = 0;
            int i = 0;
            for (; i + 3 < longs; i += 4) {
                carry |= ((block[i] & bits) + ones)
                        | ((block[i + 1] & bits) + ones)
                        | ((block[i + 2] & bits) + ones)
                        | ((block[i + 3] & bits) + ones);
            }
            for (; i < longs; i++) {
                carry |= (block[i] & bits) + ones;
            }
            carry |= (rest(x, from + (long) longs * Long.BYTES, size % Long.BYTES) & bits) + ones;
            // Of the exponent's bits, the carry leaves those of elements that are finite.
            return (carry & signs()) != 0;
        }

        private long signs() {
            return (bits + ones) & ~bits;
        }

        private static long rest(MemorySegment x, long at, int size) {
            long rest = 0;
            for (int i = 0; i < size; i++) {
                rest |= (x.get(ValueLayout.JAVA_BYTE, at + i) & 0xFFL) << (Byte.SIZE * i);
            }
            return rest;
        }
    }
}
