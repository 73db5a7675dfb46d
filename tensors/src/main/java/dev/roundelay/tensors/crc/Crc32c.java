package dev.roundelay.tensors.crc;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A CRC-32C (Castagnoli), the checksum of a whole body.
public record Crc32c(int value) {
    private static final int HEX_DIGITS = 8;
    private static final int CHUNK_BYTES = 1 << 20;

    /// The checksum of memory, such as [dev.roundelay.tensors.safetensors.SafetensorsReader#file].
    public static Crc32c of(MemorySegment bytes) {
        CRC32C crc = new CRC32C();
        for (long from = 0; from < bytes.byteSize(); from += CHUNK_BYTES) {
            long size = Math.min(CHUNK_BYTES, bytes.byteSize() - from);
            crc.update(bytes.asSlice(from, size).asByteBuffer());
        }
        return new Crc32c((int) crc.getValue());
    }

    /// The checksum of a file.
    public static Crc32c ofFile(Path path) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            while (channel.read(chunk) >= 0) {
                crc.update(chunk.flip());
                chunk.clear();
            }
        }
        return new Crc32c((int) crc.getValue());
    }

    /// Reads what [#toString] writes; capital digits are accepted too.
    public static Optional<Crc32c> find(String hex) {
        if (hex.length() != HEX_DIGITS || !hex.chars().allMatch(HexFormat::isHexDigit)) {
            return Optional.empty();
        }
        return Optional.of(new Crc32c(HexFormat.fromHexDigits(hex)));
    }

    /// Refuses bytes whose checksum is not the announced one.
    ///
    /// @throws TensorFormatException with `CHECKSUM_MISMATCH`
    public void requireEqual(Crc32c announced) {
        if (!equals(announced)) {
            throw new TensorFormatException(
                    TensorFault.CHECKSUM_MISMATCH,
                    "the body has CRC-32C " + this + ", expected " + announced,
                    "send it again");
        }
    }

    /// Eight lower-case hex digits.
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
