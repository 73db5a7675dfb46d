package dev.roundelay.worker.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/// Checksums of whole files, as the protocol writes them.
public final class Checksums {
    private static final int PIECE = 1 << 20;

    private Checksums() {}

    /// Returns the CRC-32C of a file, 8 lower-case hex digits.
    public static String crc32c(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        read(file, crc::update);
        return text(crc);
    }

    /// Returns the CRC-32C of these bytes, 8 lower-case hex digits.
    public static String crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return text(crc);
    }

    /// Returns the SHA-256 of a file in lower-case hex.
    public static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            read(file, digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void read(Path file, Consumer<ByteBuffer> sink) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                sink.accept(buffer);
                buffer.clear();
            }
        }
    }

    private static String text(CRC32C crc) {
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
