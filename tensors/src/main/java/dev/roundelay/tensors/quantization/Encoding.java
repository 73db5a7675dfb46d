package dev.roundelay.tensors.quantization;

import java.util.Locale;
import java.util.Optional;

/// How the elements of one floating tensor are written in fewer bits. Blocks of elements share a scale, the largest
/// magnitude of the block as float32; all arithmetic is in float64.
public enum Encoding {
    /// IEEE 754 binary16, half to even. Largest error of an element: 2^-11 of it (2^-25 where it is subnormal).
    FLOAT16(1, 16, 0),
    /// The upper half of a binary32, half to even. Largest error of an element: 2^-8 of it.
    BFLOAT16(1, 16, 0),
    /// Blocks of 4,096 in 254 even steps. Largest error of an element: 1/254 of its block's scale.
    BLOCKWISE8(4096, 8, Float.BYTES),
    /// Blocks of 64 in the numbers of a 4-bit float (sign, two bits of exponent, one of mantissa; as in Dettmers et
    /// al., 2023, "QLoRA", the alternative FP4). Largest error of an element: 1/6 of its block's scale.
    FLOAT4(64, 4, Float.BYTES),
    /// Blocks of 64 in 16 quantiles of a normal distribution (NF4 of Dettmers et al., 2023, "QLoRA"). Largest error of
    /// an element: 0.152 of its block's scale.
    NORMFLOAT4(64, 4, Float.BYTES);

    private final int blockElements;
    private final int bits;
    private final int scaleBytes;

    Encoding(int blockElements, int bits, int scaleBytes) {
        this.blockElements = blockElements;
        this.bits = bits;
        this.scaleBytes = scaleBytes;
    }

    /// Returns how many elements share a scale.
    public int blockElements() {
        return blockElements;
    }

    /// Returns how many bytes so many elements take: all scales, then all codes.
    public long encodedBytes(long elements) {
        return scaleTotal(elements) + Math.ceilDiv(Math.multiplyExact(elements, bits), Byte.SIZE);
    }

    /// Returns how many bytes the scales of so many elements take.
    long scaleTotal(long elements) {
        return Math.ceilDiv(elements, blockElements) * scaleBytes;
    }

    /// Returns the bytes that the codes of so many elements take; even many for 4 bits.
    long codeBytes(long elements) {
        return elements * bits / Byte.SIZE;
    }

    /// Returns the arithmetic; not for use by several threads.
    BlockCodec codec() {
        return switch (this) {
            case FLOAT16 -> new HalfCodec(true);
            case BFLOAT16 -> new HalfCodec(false);
            case BLOCKWISE8 -> new EvenStepsCodec();
            case FLOAT4 -> TableCodec.float4();
            case NORMFLOAT4 -> TableCodec.normfloat4();
        };
    }

    /// Returns the name on the wire.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Encoding> find(String name) {
        for (Encoding encoding : values()) {
            if (encoding.toString().equals(name)) {
                return Optional.of(encoding);
            }
        }
        return Optional.empty();
    }
}
