package dev.roundelay.tensors.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/// Writes a zip archive of uncompressed entries in one pass, each entry's bytes at a multiple of 64.
///
/// Sizes and checksums stand in the local headers, so no data descriptors are needed; ZIP64 fields appear
/// only where
/// a number needs them.
final class StoredZipWriter {
    private static final int ALIGNMENT = 64;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int LOCAL_HEADER_BYTES = 30;
    private static final int CENTRAL_HEADER_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int ZIP64_END_BYTES = 56;
    private static final int ZIP64_LOCATOR_BYTES = 20;
    private static final int EXTRA_HEADER_BYTES = 4;
    private static final int ZIP64_LOCAL_EXTRA_BYTES = EXTRA_HEADER_BYTES + 2 * Long.BYTES;
    private static final int ZIP64_CENTRAL_EXTRA_BYTES = EXTRA_HEADER_BYTES + 3 * Long.BYTES;
    private static final short ZIP64_EXTRA = 0x0001;
    /// The extra field that PyTorch pads with.
    private static final short PADDING_EXTRA = 0x4246;

    private static final short VERSION = 20;
    private static final short VERSION_ZIP64 = 45;
    private static final short UTF8_NAMES = 0x0800;
    private static final int DATE_1980_01_01 = 0x00210000;
    private static final int MAX_32 = 0xFFFFFFFF;
    private static final short MAX_16 = (short) 0xFFFF;

    private final WritableByteChannel channel;
    private final Zip64 zip64;
    private final List<Entry> entries = new ArrayList<>();
    private long position;

    /// When to write the 64-bit fields.
    enum Zip64 {
        /// Where a size, an offset or the number of entries needs it.
        AS_NEEDED,
        /// Everywhere, so that a test needs no 4 GiB.
        ALWAYS
    }

    private record Entry(byte[] name, int crc, long size, long offset, boolean wide) {}

    StoredZipWriter(WritableByteChannel channel, Zip64 zip64) {
        this.channel = channel;
        this.zip64 = zip64;
    }

    void add(String name, MemorySegment content) throws IOException {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        long size = content.byteSize();
        boolean wide = zip64 == Zip64.ALWAYS || isWide(size) || isWide(position);
        Entry entry = new Entry(nameBytes, crc32(content), size, position, wide);
        write(localHeader(entry));
        for (long from = 0; from < size; from += CHUNK_BYTES) {
            write(content.asSlice(from, Math.min(CHUNK_BYTES, size - from)).asByteBuffer());
        }
        entries.add(entry);
    }

    /// Writes the directory; the archive is complete then.
    void finish() throws IOException {
        long directory = position;
        for (Entry entry : entries) {
            write(centralHeader(entry));
        }
        write(end(directory, position - directory));
    }

    private ByteBuffer localHeader(Entry entry) {
        int fixed = LOCAL_HEADER_BYTES
                + entry.name.length
                + (entry.wide ? ZIP64_LOCAL_EXTRA_BYTES : 0)
                + EXTRA_HEADER_BYTES;
        int padding = Math.floorMod(-(position + fixed), ALIGNMENT);
        ByteBuffer header = littleEndian(fixed + padding)
                .putInt(0x04034b50)
                .putShort(entry.wide ? VERSION_ZIP64 : VERSION)
                .putShort(UTF8_NAMES)
                .putShort((short) 0)
                .putInt(DATE_1980_01_01)
                .putInt(entry.crc)
                .putInt(entry.wide ? MAX_32 : (int) entry.size)
                .putInt(entry.wide ? MAX_32 : (int) entry.size)
                .putShort((short) entry.name.length)
                .putShort((short) (fixed + padding - LOCAL_HEADER_BYTES - entry.name.length))
                .put(entry.name);
        if (entry.wide) {
            header.putShort(ZIP64_EXTRA)
                    .putShort((short) (ZIP64_LOCAL_EXTRA_BYTES - EXTRA_HEADER_BYTES))
                    .putLong(entry.size)
                    .putLong(entry.size);
        }
        header.putShort(PADDING_EXTRA).putShort((short) padding);
        while (header.hasRemaining()) {
            header.put((byte) 'Z');
        }
        return header.flip();
    }

    private ByteBuffer centralHeader(Entry entry) {
        int extra = entry.wide ? ZIP64_CENTRAL_EXTRA_BYTES : 0;
        ByteBuffer header = littleEndian(CENTRAL_HEADER_BYTES + entry.name.length + extra)
                .putInt(0x02014b50)
                .putShort(entry.wide ? VERSION_ZIP64 : VERSION)
                .putShort(entry.wide ? VERSION_ZIP64 : VERSION)
                .putShort(UTF8_NAMES)
                .putShort((short) 0)
                .putInt(DATE_1980_01_01)
                .putInt(entry.crc)
                .putInt(entry.wide ? MAX_32 : (int) entry.size)
                .putInt(entry.wide ? MAX_32 : (int) entry.size)
                .putShort((short) entry.name.length)
                .putShort((short) extra)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt(entry.wide ? MAX_32 : (int) entry.offset)
                .put(entry.name);
        if (entry.wide) {
            header.putShort(ZIP64_EXTRA)
                    .putShort((short) (ZIP64_CENTRAL_EXTRA_BYTES - EXTRA_HEADER_BYTES))
                    .putLong(entry.size)
                    .putLong(entry.size)
                    .putLong(entry.offset);
        }
        return header.flip();
    }

    private ByteBuffer end(long directory, long directoryBytes) {
        boolean wide = zip64 == Zip64.ALWAYS || isWide(directory) || isWide(directoryBytes) || entries.size() >= 0xFFFF;
        ByteBuffer end = littleEndian((wide ? ZIP64_END_BYTES + ZIP64_LOCATOR_BYTES : 0) + END_BYTES);
        if (wide) {
            end.putInt(0x06064b50)
                    .putLong(ZIP64_END_BYTES - 12)
                    .putShort(VERSION_ZIP64)
                    .putShort(VERSION_ZIP64)
                    .putInt(0)
                    .putInt(0)
                    .putLong(entries.size())
                    .putLong(entries.size())
                    .putLong(directoryBytes)
                    .putLong(directory);
            end.putInt(0x07064b50).putInt(0).putLong(directory + directoryBytes).putInt(1);
        }
        end.putInt(0x06054b50)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort(wide ? MAX_16 : (short) entries.size())
                .putShort(wide ? MAX_16 : (short) entries.size())
                .putInt(wide ? MAX_32 : (int) directoryBytes)
                .putInt(wide ? MAX_32 : (int) directory)
                .putShort((short) 0);
        return end.flip();
    }

    private static boolean isWide(long number) {
        return number >= 0xFFFFFFFFL;
    }

    private static int crc32(MemorySegment content) {
        CRC32 crc = new CRC32();
        for (long from = 0; from < content.byteSize(); from += CHUNK_BYTES) {
            crc.update(content.asSlice(from, Math.min(CHUNK_BYTES, content.byteSize() - from))
                    .asByteBuffer());
        }
        return (int) crc.getValue();
    }

    private void write(ByteBuffer bytes) throws IOException {
        position += bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
