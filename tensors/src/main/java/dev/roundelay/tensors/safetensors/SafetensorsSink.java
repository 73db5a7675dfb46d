package dev.roundelay.tensors.safetensors;

import dev.roundelay.tensors.crc.Crc32c;
import dev.roundelay.tensors.tensor.TensorLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/// A new safetensors file that is written from its beginning to its end, with its checksum made in the same pass. Not
/// for use by several threads.
public final class SafetensorsSink implements AutoCloseable {
    /// What is summed up and written while it is in the cache.
    private static final int PIECE_BYTES = 1 << 18;

    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private long left;

    private SafetensorsSink(FileChannel channel, long dataBytes) {
        this.channel = channel;
        this.left = dataBytes;
    }

    /// Makes the file and writes its header.
    ///
    /// @param path must not exist; not synced to disk
    public static SafetensorsSink create(Path path, TensorLayout layout, Map<String, String> metadata)
            throws IOException {
        byte[] header = SafetensorsWriter.header(layout, metadata);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        SafetensorsSink sink = new SafetensorsSink(channel, layout.byteSize());
        try {
            sink.writePiece(ByteBuffer.wrap(header));
            return sink;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// Writes the next bytes of the data.
    public void write(MemorySegment bytes) throws IOException {
        left -= bytes.byteSize();
        if (left < 0) {
            throw new IllegalArgumentException("[safetensors] %d bytes too many".formatted(-left));
        }
        for (long from = 0; from < bytes.byteSize(); from += PIECE_BYTES) {
            long size = Math.min(PIECE_BYTES, bytes.byteSize() - from);
            writePiece(bytes.asSlice(from, size).asByteBuffer());
        }
    }

    /// Returns the checksum of the whole file.
    ///
    /// @throws IllegalStateException if not all bytes were written
    public Crc32c finish() {
        if (left != 0) {
            throw new IllegalStateException("[safetensors] %d bytes are missing".formatted(left));
        }
        return new Crc32c((int) crc.getValue());
    }

    private void writePiece(ByteBuffer piece) throws IOException {
        crc.update(piece.duplicate());
        while (piece.hasRemaining()) {
            channel.write(piece);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
