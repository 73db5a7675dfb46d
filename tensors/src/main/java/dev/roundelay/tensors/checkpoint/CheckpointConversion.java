package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.StridedView;
import java.io.IOException;
import java.io.OutputStream;
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
        ByteBuffer header = ByteBuffer.wrap(SafetensorsWriter.header(reader.layout(), metadata));
        while (header.hasRemaining()) {
            channel.write(header);
        }
        for (StridedView tensor : reader.tensors()) {
            tensor.writeTo(channel);
        }
    }
}
