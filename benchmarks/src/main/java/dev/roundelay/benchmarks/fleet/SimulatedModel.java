package dev.roundelay.benchmarks.fleet;

import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/// A model or an update as safetensors: float32 in [-0.5, 0.5) that follow from a seed alone, so that nothing is kept
/// for a resend. A block of numbers is repeated over the whole file, which makes 100 MB in the time of a few blocks.
///
/// Immutable.
final class SimulatedModel implements Payload {
    private static final int TENSORS = 4;
    private static final int BLOCK_BYTES = 64 << 10;

    private final byte[] header;
    private final byte[] block;
    private final long dataBytes;

    private SimulatedModel(byte[] header, byte[] block, long dataBytes) {
        this.header = header;
        this.block = block;
        this.dataBytes = dataBytes;
    }

    /// Returns a model of about that size.
    ///
    /// @param kilobytes of 1,000 bytes, at least 1
    /// @param metadata  strings for `__metadata__`
    static SimulatedModel of(long kilobytes, long seed, Map<String, String> metadata) {
        long elements = kilobytes * 1_000 / Float.BYTES / TENSORS;
        List<TensorSpec> specs = new ArrayList<>();
        for (int i = 0; i < TENSORS; i++) {
            specs.add(new TensorSpec("layer" + i + ".weight", DType.F32, Shape.of(elements)));
        }
        TensorLayout layout = TensorLayout.of(specs);
        byte[] block = numbers(seed, (int) Math.min(BLOCK_BYTES, layout.byteSize()));
        return new SimulatedModel(SafetensorsWriter.header(layout, metadata), block, layout.byteSize());
    }

    private static byte[] numbers(long seed, int bytes) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer numbers = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (numbers.hasRemaining()) {
            numbers.putFloat(random.nextFloat() - 0.5f);
        }
        return numbers.array();
    }

    /// Returns the checksum of all bytes as the protocol writes it.
    String crc32c() {
        CRC32C crc = new CRC32C();
        crc.update(header);
        for (long left = dataBytes; left > 0; left -= block.length) {
            crc.update(block, 0, (int) Math.min(block.length, left));
        }
        return "%08x".formatted(crc.getValue());
    }

    @Override
    public long length() {
        return header.length + dataBytes;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(header);
        for (long left = dataBytes; left > 0; left -= block.length) {
            out.write(block, 0, (int) Math.min(block.length, left));
        }
    }
}
