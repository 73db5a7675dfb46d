package dev.roundelay.tensors.safetensors;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.crc.Crc32c;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Writes safetensors files in one pass, straight from the memory of the views.
///
/// Tensors keep the order given. No method syncs the file to disk: that is the storage's part. Stateless.
public final class SafetensorsWriter {
    private static final int DATA_ALIGNMENT = 64;

    private SafetensorsWriter() {}

    /// Writes a new file.
    ///
    /// @param path must not exist
    /// @param metadata strings for `__metadata__`; left out if empty
    /// @return the checksum of the whole file
    /// @throws TensorFormatException with `DUPLICATE_NAME` if two views have one name, or one has the
    /// format's
    /// reserved name
    /// @throws IOException if the file exists or cannot be written; a part of it may then be left
    public static Crc32c write(Path path, Map<String, String> metadata, Collection<TensorView> tensors)
            throws IOException {
        TensorLayout layout =
                TensorLayout.of(tensors.stream().map(TensorView::spec).toList());
        try (SafetensorsSink sink = SafetensorsSink.create(path, layout, metadata)) {
            for (TensorView tensor : tensors) {
                sink.write(tensor.segment());
            }
            return sink.finish();
        }
    }

    /// Writes to a channel, which stays open.
    public static void write(WritableByteChannel channel, Map<String, String> metadata, Collection<TensorView> tensors)
            throws IOException {
        TensorLayout layout =
                TensorLayout.of(tensors.stream().map(TensorView::spec).toList());
        writeFully(channel, ByteBuffer.wrap(header(layout, metadata)));
        for (TensorView tensor : tensors) {
            tensor.writeTo(channel);
        }
    }

    /// Writes to a stream, which stays open and is not flushed.
    public static void write(OutputStream stream, Map<String, String> metadata, Collection<TensorView> tensors)
            throws IOException {
        write(Channels.newChannel(stream), metadata, tensors);
    }

    /// Writes other metadata into a file, in the room that its header has, so that the tensors stay where they are.
    ///
    /// @param open     the file, which nobody else writes to; its metadata stay those from before
    /// @param metadata in place of those that are there
    /// @return whether there was room; nothing is changed if not
    public static boolean replaceMetadata(SafetensorsReader open, Map<String, String> metadata) throws IOException {
        byte[] text = json(open.layout(), metadata).getBytes(StandardCharsets.UTF_8);
        if (text.length > open.headerBytes()) {
            return false;
        }
        ByteBuffer header =
                ByteBuffer.allocate(Math.toIntExact(open.headerBytes())).put(text);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        header.flip();
        try (FileChannel channel = FileChannel.open(open.path(), StandardOpenOption.WRITE)) {
            long at = SafetensorsHeader.PREFIX_BYTES;
            while (header.hasRemaining()) {
                at += channel.write(header, at);
            }
        }
        return true;
    }

    /// The bytes before the data, for writers that place the data themselves: it starts at the array's
    /// length, a
    /// multiple of 64.
    ///
    /// @throws TensorFormatException with `DUPLICATE_NAME` if a tensor has the format's reserved name
    public static byte[] header(TensorLayout layout, Map<String, String> metadata) {
        byte[] text = json(layout, metadata).getBytes(StandardCharsets.UTF_8);
        int unpadded = SafetensorsHeader.PREFIX_BYTES + text.length;
        int size = Math.ceilDiv(unpadded, DATA_ALIGNMENT) * DATA_ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(size - SafetensorsHeader.PREFIX_BYTES).put(text);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private static String json(TensorLayout layout, Map<String, String> metadata) {
        StringBuilder json = new StringBuilder(64 + 96 * layout.entries().size());
        json.append('{');
        if (!metadata.isEmpty()) {
            appendMetadata(json, metadata);
        }
        for (TensorLayout.Entry entry : layout.entries()) {
            appendEntry(json, entry);
        }
        return json.append('}').toString();
    }

    private static void appendMetadata(StringBuilder json, Map<String, String> metadata) {
        appendString(json, SafetensorsHeader.METADATA_KEY);
        json.append(":{");
        Iterator<Map.Entry<String, String>> pairs = metadata.entrySet().iterator();
        while (pairs.hasNext()) {
            Map.Entry<String, String> pair = pairs.next();
            appendString(json, pair.getKey());
            json.append(':');
            appendString(json, pair.getValue());
            json.append(pairs.hasNext() ? "," : "");
        }
        json.append('}');
    }

    private static void appendEntry(StringBuilder json, TensorLayout.Entry entry) {
        if (entry.name().equals(SafetensorsHeader.METADATA_KEY)) {
            throw new TensorFormatException(
                    TensorFault.DUPLICATE_NAME,
                    entry.name(),
                    "the name is reserved by safetensors",
                    "rename the tensor");
        }
        json.append(json.length() > 1 ? "," : "");
        appendString(json, entry.name());
        json.append(":{\"dtype\":\"").append(entry.dtype().name()).append("\",\"shape\":[");
        List<Long> dimensions = entry.shape().dimensions();
        for (int i = 0; i < dimensions.size(); i++) {
            json.append(i > 0 ? "," : "").append(dimensions.get(i));
        }
        json.append("],\"data_offsets\":[")
                .append(entry.offset())
                .append(',')
                .append(entry.end())
                .append("]}");
    }

    // Lone surrogates have no UTF-8 form, so they are escaped, as Python does.
    private static void appendString(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                json.append(c).append(text.charAt(++i));
            } else if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20 || Character.isSurrogate(c)) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
