package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.StridedView;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/// Converts whole files between safetensors and `.pt`, streaming, in memory that does not grow with the
/// model.
/// Stateless.
public final class CheckpointConversion {
    private static final int BLOCK_ELEMENTS = 1 << 16;
    private static final int CHUNK_BYTES = 1 << 20;

    private CheckpointConversion() {}

    /// Writes a safetensors file that this program wrote as a new `.pt` file.
    ///
    /// @param checkpoint must not exist
    /// @throws IOException if a file cannot be read or written; a part of the new one may then be left
    public static void toCheckpoint(Path safetensors, Path checkpoint) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(safetensors)) {
            CheckpointWriter.write(checkpoint, reader.views());
        }
    }

    /// Writes a safetensors file that this program wrote as `.pt` to a stream, which stays open.
    public static void toCheckpoint(Path safetensors, OutputStream checkpoint) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(safetensors)) {
            CheckpointWriter.write(checkpoint, reader.views());
        }
    }

    /// Writes a `.pt` file as a new safetensors file; strided and shared tensors are laid out each by
    /// itself.
    ///
    /// @param maxLogicalBytes see [CheckpointReader#open]
    /// @param metadata strings for `__metadata__`
    /// @param safetensors must not exist
    /// @throws TensorFormatException if the checkpoint is refused
    /// @throws IOException if a file cannot be read or written; a part of the new one may then be left
    public static void toSafetensors(
            Path checkpoint, long maxLogicalBytes, Map<String, String> metadata, Path safetensors) throws IOException {
        try (CheckpointReader reader = CheckpointReader.open(checkpoint, maxLogicalBytes);
                FileChannel channel =
                        FileChannel.open(safetensors, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            toSafetensors(reader, metadata, channel);
        }
    }

    /// Writes a `.pt` file as safetensors to a stream, which stays open.
    ///
    /// @throws TensorFormatException if the checkpoint is refused; nothing is written then
    public static void toSafetensors(
            Path checkpoint, long maxLogicalBytes, Map<String, String> metadata, OutputStream safetensors)
            throws IOException {
        try (CheckpointReader reader = CheckpointReader.open(checkpoint, maxLogicalBytes)) {
            toSafetensors(reader, metadata, Channels.newChannel(safetensors));
        }
    }

    private static void toSafetensors(
            CheckpointReader reader, Map<String, String> metadata, WritableByteChannel channel) throws IOException {
        writeFully(channel, ByteBuffer.wrap(SafetensorsWriter.header(reader.layout(), metadata)));
        MemorySegment block = MemorySegment.ofArray(new byte[BLOCK_ELEMENTS * Long.BYTES]);
        for (StridedView tensor : reader.tensors()) {
            if (tensor.contiguous().isPresent()) {
                write(channel, tensor.contiguous().get());
            } else {
                gather(channel, tensor, block);
            }
        }
    }

    private static void write(WritableByteChannel channel, TensorView tensor) throws IOException {
        MemorySegment elements = tensor.segment();
        for (long from = 0; from < elements.byteSize(); from += CHUNK_BYTES) {
            long size = Math.min(CHUNK_BYTES, elements.byteSize() - from);
            writeFully(channel, elements.asSlice(from, size).asByteBuffer());
        }
    }

    private static void gather(WritableByteChannel channel, StridedView tensor, MemorySegment block)
            throws IOException {
        long elements = tensor.spec().shape().elementCount();
        for (long from = 0; from < elements; from += BLOCK_ELEMENTS) {
            int count = (int) Math.min(BLOCK_ELEMENTS, elements - from);
            tensor.gather(from, count, block);
            long bytes = (long) count * tensor.spec().dtype().byteSize();
            writeFully(channel, block.asSlice(0, bytes).asByteBuffer());
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
