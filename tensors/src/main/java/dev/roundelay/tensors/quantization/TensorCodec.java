package dev.roundelay.tensors.quantization;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsSink;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Encodes and decodes tensors piece by piece: memory does not grow with them. Not for use by several threads.
final class TensorCodec {
    /// A whole number of blocks of each encoding.
    private static final int PIECE_ELEMENTS = 1 << 16;

    private final double[] elements = new double[PIECE_ELEMENTS];
    private final double[] again = new double[PIECE_ELEMENTS];
    private final MemorySegment codes =
            MemorySegment.ofBuffer(ByteBuffer.allocateDirect(PIECE_ELEMENTS * Double.BYTES));

    /// Returns how a tensor is encoded; empty if it travels as it is: it is small or no floating one, would not get
    /// smaller, holds something that is no finite number, or nothing is exact enough.
    ///
    /// @throws TensorFormatException with `OUT_OF_RANGE`
    Optional<Encoding> choose(TensorView tensor, Quantization how) {
        long count = tensor.shape().elementCount();
        if (!tensor.dtype().isFloating() || count <= Quantization.SMALLEST) {
            return Optional.empty();
        }
        for (Encoding encoding : how.encodings()) {
            if (encoding.encodedBytes(count) >= tensor.spec().byteSize()) {
                continue;
            }
            Fit fit = fit(tensor, encoding, how.chooses());
            if (!fit.finite()) {
                return Optional.empty();
            }
            if (!how.chooses() && !fit.inRange()) {
                if (encoding.blockElements() > 1) {
                    return Optional.empty();
                }
                throw new TensorFormatException(
                        TensorFault.OUT_OF_RANGE,
                        tensor.name(),
                        "an element is too large for " + encoding,
                        "use the quantization blockwise8, or none");
            }
            if (!how.chooses() || fit.inRange() && fit.error() <= Quantization.LARGEST_ERROR) {
                return Optional.of(encoding);
            }
        }
        return Optional.empty();
    }

    /// Whether and how well a tensor can be encoded.
    ///
    /// @param error relative, of the Euclidean norm
    private record Fit(boolean finite, boolean inRange, double error) {}

    private Fit fit(TensorView tensor, Encoding encoding, boolean measured) {
        BlockCodec codec = encoding.codec();
        double squares = 0;
        double errors = 0;
        boolean inRange = true;
        for (long from = 0; from < tensor.shape().elementCount(); from += PIECE_ELEMENTS) {
            int count = read(tensor, from);
            for (int i = 0; i < count; i++) {
                if (!Double.isFinite(elements[i])) {
                    return new Fit(false, false, 0);
                }
            }
            for (int at = 0; at < count; at += blockOf(encoding)) {
                int size = Math.min(blockOf(encoding), count - at);
                float scale = codec.scale(elements, at, size);
                inRange &= Float.isFinite(scale);
                if (measured && inRange) {
                    codec.encode(elements, at, size, scale, codes, 0);
                    codec.decode(codes, 0, size, scale, again, at);
                }
            }
            for (int i = 0; measured && inRange && i < count; i++) {
                squares += elements[i] * elements[i];
                errors += (elements[i] - again[i]) * (elements[i] - again[i]);
            }
        }
        return new Fit(true, inRange, squares == 0 ? 0 : Math.sqrt(errors / squares));
    }

    /// Writes the scales and then the codes.
    void encode(TensorView tensor, Encoding encoding, SafetensorsSink sink) throws IOException {
        BlockCodec codec = encoding.codec();
        long total = tensor.shape().elementCount();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment scales = arena.allocate(Math.max(1, encoding.scaleTotal(total)));
            for (long from = 0; encoding.scaleTotal(total) > 0 && from < total; from += PIECE_ELEMENTS) {
                int count = read(tensor, from);
                for (int at = 0; at < count; at += blockOf(encoding)) {
                    float scale = codec.scale(elements, at, Math.min(blockOf(encoding), count - at));
                    scales.set(BlockCodec.F32, (from + at) / blockOf(encoding) * Float.BYTES, scale);
                }
            }
            sink.write(scales.asSlice(0, encoding.scaleTotal(total)));
            for (long from = 0; from < total; from += PIECE_ELEMENTS) {
                int count = read(tensor, from);
                for (int at = 0; at < count; at += blockOf(encoding)) {
                    int size = Math.min(blockOf(encoding), count - at);
                    codec.encode(elements, at, size, scale(scales, encoding, from + at), codes, encoding.codeBytes(at));
                }
                sink.write(codes.asSlice(0, encoding.encodedBytes(count) - encoding.scaleTotal(count)));
            }
        }
    }

    /// Writes what the scales and codes stand for.
    void decode(MemorySegment coded, Encoding encoding, TensorSpec spec, SafetensorsSink sink) throws IOException {
        BlockCodec codec = encoding.codec();
        long total = spec.shape().elementCount();
        long codesAt = encoding.scaleTotal(total);
        for (long from = 0; from < total; from += PIECE_ELEMENTS) {
            int count = (int) Math.min(PIECE_ELEMENTS, total - from);
            for (int at = 0; at < count; at += blockOf(encoding)) {
                int size = Math.min(blockOf(encoding), count - at);
                codec.decode(
                        coded,
                        codesAt + encoding.codeBytes(from + at),
                        size,
                        scale(coded, encoding, from + at),
                        elements,
                        at);
            }
            DType dtype = spec.dtype();
            Elements.encode(dtype, elements, count, codes);
            sink.write(codes.asSlice(0, (long) count * dtype.byteSize()));
        }
    }

    private int read(TensorView tensor, long from) {
        int count = (int) Math.min(PIECE_ELEMENTS, tensor.shape().elementCount() - from);
        Elements.decode(tensor.dtype(), tensor.segment(), from * tensor.dtype().byteSize(), count, elements);
        return count;
    }

    // Without a scale the length of a block is no matter.
    private static int blockOf(Encoding encoding) {
        return encoding.blockElements() == 1 ? PIECE_ELEMENTS : encoding.blockElements();
    }

    private static float scale(MemorySegment scales, Encoding encoding, long element) {
        return encoding.blockElements() == 1
                ? 0
                : scales.get(BlockCodec.F32, element / encoding.blockElements() * Float.BYTES);
    }
}
