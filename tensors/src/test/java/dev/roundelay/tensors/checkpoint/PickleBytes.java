package dev.roundelay.tensors.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Builds pickles and zip archives by hand, also those that nobody honest would write.
final class PickleBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    static PickleBytes protocol2() {
        return new PickleBytes().raw(0x80, 2);
    }

    PickleBytes raw(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
        return this;
    }

    PickleBytes raw(PickleBytes other) {
        bytes.writeBytes(other.toByteArray());
        return this;
    }

    PickleBytes ascii(String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    PickleBytes global(String module, String name) {
        return ascii("c" + module + "\n" + name + "\n");
    }

    PickleBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        raw('X', utf8.length, utf8.length >> 8, utf8.length >> 16, utf8.length >> 24);
        bytes.writeBytes(utf8);
        return this;
    }

    PickleBytes number(long value) {
        raw(0x8A, 8);
        for (int i = 0; i < 8; i++) {
            raw((int) (value >> 8 * i));
        }
        return this;
    }

    PickleBytes numbers(long... values) {
        raw('(');
        for (long value : values) {
            number(value);
        }
        return raw('t');
    }

    /// `torch._utils._rebuild_tensor_v2` over storage `key`.
    PickleBytes tensor(String storage, String key, long elements, long offset, long[] size, long[] strides) {
        global("torch._utils", "_rebuild_tensor_v2")
                .raw('(', '(')
                .text("storage")
                .global("torch", storage);
        text(key)
                .text("cpu")
                .number(elements)
                .raw('t', 'Q')
                .number(offset)
                .numbers(size)
                .numbers(strides);
        return raw(0x89).global("collections", "OrderedDict").raw(')', 'R', 't', 'R');
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    /// A checkpoint of stored entries around this pickle and one storage `data/0`.
    Path writeCheckpoint(Path folder, byte[] storage) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", toByteArray());
        entries.put("archive/data/0", storage);
        return writeZip(folder, entries, ZipEntry.STORED);
    }

    static Path writeZip(Path folder, Map<String, byte[]> entries, int method) throws IOException {
        Path file = Files.createTempFile(folder, "checkpoint", ".pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> content : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(content.getKey());
                CRC32 crc = new CRC32();
                crc.update(content.getValue());
                entry.setMethod(method);
                entry.setSize(content.getValue().length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(content.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }
}
