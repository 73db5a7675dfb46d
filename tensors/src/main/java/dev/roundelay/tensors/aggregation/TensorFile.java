package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.TensorLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/// A safetensors file whose blocks are written in any order, by several threads.
///
/// @param headerBytes where the data start
record TensorFile(FileChannel channel, long headerBytes) implements BlockSink, AutoCloseable {
    /// Makes the file and writes its header.
    ///
    /// @param out must not exist; not synced to disk
    static TensorFile create(Path out, TensorLayout layout, Map<String, String> metadata) throws IOException {
        byte[] header = SafetensorsWriter.header(layout, metadata);
        FileChannel channel = FileChannel.open(out, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        try {
            writeFully(channel, ByteBuffer.wrap(header), 0);
            return new TensorFile(channel, header.length);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void write(long offset, ByteBuffer block) throws IOException {
        writeFully(channel, block, headerBytes + offset);
    }

    private static void writeFully(FileChannel channel, ByteBuffer block, long position) throws IOException {
        long at = position;
        while (block.hasRemaining()) {
            at += channel.write(block, at);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
