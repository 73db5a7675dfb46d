package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The central directory of a zip archive, ZIP64 included, as far as uncompressed entries need it.
///
/// @param entries in directory order
/// @param offset where the directory starts in the file; all entries lie before it
record ZipDirectory(List<Entry> entries, long offset) {
    static final int STORED = 0;
    static final int ENCRYPTED = 0x0001;

    /// More entries than any checkpoint that we accept needs.
    private static final int MAX_ENTRIES = 200_000;

    private static final long MAX_DIRECTORY_BYTES = 64L << 20;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int CENTRAL_HEADER_BYTES = 46;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int ZIP64_END_SIGNATURE = 0x06064b50;
    private static final int ZIP64_END_BYTES = 56;
    private static final int ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
    private static final int ZIP64_LOCATOR_BYTES = 20;
    private static final int ZIP64_EXTRA = 0x0001;
    private static final int MAX_16 = 0xFFFF;
    private static final long MAX_32 = 0xFFFFFFFFL;

    private static final ValueLayout.OfShort LITTLE_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LITTLE_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LITTLE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// @param headerOffset where the local header starts
    record Entry(String name, long crc, long size, long headerOffset) {
        String shownName() {
            return TensorFormatException.shown(name);
        }
    }

    /// Where the end records say that the directory is.
    private record End(long entryCount, long directoryBytes, long directoryOffset, long position) {}

    /// @throws TensorFormatException with `MALFORMED_ZIP`, `UNSUPPORTED_ZIP` or `TRUNCATED`
    static ZipDirectory read(MemorySegment file) {
        End end = end(file);
        if (end.directoryOffset < 0
                || end.directoryBytes < 0
                || end.directoryOffset > end.position
                || end.directoryBytes != end.position - end.directoryOffset) {
            throw malformed("the zip directory is not where its end record says");
        }
        if (end.entryCount < 0 || end.entryCount > MAX_ENTRIES || end.directoryBytes > MAX_DIRECTORY_BYTES) {
            throw new TensorFormatException(
                    TensorFault.TOO_MANY_TENSORS,
                    "the zip archive has more than " + MAX_ENTRIES + " entries",
                    "save only a state dict of tensors");
        }
        List<Entry> entries = new ArrayList<>();
        long at = end.directoryOffset;
        while (at < end.position) {
            at = addEntry(file, at, end.position, entries);
        }
        if (entries.size() != end.entryCount) {
            throw malformed(
                    "the zip directory has " + entries.size() + " entries, its end record says " + end.entryCount);
        }
        return new ZipDirectory(List.copyOf(entries), end.directoryOffset);
    }

    static int u16(MemorySegment file, long at) {
        return file.get(LITTLE_SHORT, at) & MAX_16;
    }

    static long u32(MemorySegment file, long at) {
        return file.get(LITTLE_INT, at) & MAX_32;
    }

    static String text(MemorySegment file, long at, int size) {
        return new String(file.asSlice(at, size).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    static TensorFormatException malformed(String what) {
        return new TensorFormatException(TensorFault.MALFORMED_ZIP, what, "save the checkpoint again with torch.save");
    }

    static TensorFormatException unsupported(String what) {
        return new TensorFormatException(
                TensorFault.UNSUPPORTED_ZIP,
                what,
                "save the checkpoint again with torch.save, and do not pack it otherwise");
    }

    private static End end(MemorySegment file) {
        long last = file.byteSize() - END_BYTES;
        for (long at = last; at >= 0 && at >= last - MAX_16; at--) {
            if (u32(file, at) == END_SIGNATURE && u16(file, at + 20) == last - at) {
                return end(file, at);
            }
        }
        if (file.byteSize() >= 4 && u32(file, 0) == 0x04034b50) {
            throw new TensorFormatException(
                    TensorFault.TRUNCATED,
                    "the zip archive has no end record",
                    "the file is cut off; copy or send it again");
        }
        throw malformed("the file is not a zip archive, as torch.save of PyTorch 1.6 and later writes it");
    }

    private static End end(MemorySegment file, long at) {
        if (u16(file, at + 4) != 0 || u16(file, at + 6) != 0 || u16(file, at + 8) != u16(file, at + 10)) {
            throw unsupported("the zip archive spans several disks");
        }
        End narrow = new End(u16(file, at + 10), u32(file, at + 12), u32(file, at + 16), at);
        long locator = at - ZIP64_LOCATOR_BYTES;
        boolean hasLocator = locator >= 0 && u32(file, locator) == ZIP64_LOCATOR_SIGNATURE;
        if (!hasLocator) {
            return narrow;
        }
        long wide = file.get(LITTLE_LONG, locator + 8);
        if (wide < 0 || wide > locator - ZIP64_END_BYTES || u32(file, wide) != ZIP64_END_SIGNATURE) {
            throw malformed("the ZIP64 end record is not where its locator says");
        }
        if (wide + 12 + file.get(LITTLE_LONG, wide + 4) != locator) {
            throw malformed("the ZIP64 end record has another size than it says");
        }
        if (u32(file, wide + 16) != 0 || u32(file, wide + 20) != 0) {
            throw unsupported("the zip archive spans several disks");
        }
        return new End(
                file.get(LITTLE_LONG, wide + 32),
                file.get(LITTLE_LONG, wide + 40),
                file.get(LITTLE_LONG, wide + 48),
                wide);
    }

    private static long addEntry(MemorySegment file, long at, long end, List<Entry> entries) {
        if (end - at < CENTRAL_HEADER_BYTES || u32(file, at) != CENTRAL_SIGNATURE) {
            throw malformed("the zip directory is damaged");
        }
        int nameBytes = u16(file, at + 28);
        int extraBytes = u16(file, at + 30);
        long next = at + CENTRAL_HEADER_BYTES + nameBytes + extraBytes + u16(file, at + 32);
        if (next > end) {
            throw malformed("the zip directory is damaged");
        }
        String name = text(file, at + CENTRAL_HEADER_BYTES, nameBytes);
        if ((u16(file, at + 8) & ENCRYPTED) != 0) {
            throw unsupported("entry " + TensorFormatException.shown(name) + " is encrypted");
        }
        if (u16(file, at + 10) != STORED) {
            throw unsupported("entry " + TensorFormatException.shown(name) + " is compressed");
        }
        WideFields wide = new WideFields(
                file.asSlice(at + CENTRAL_HEADER_BYTES + nameBytes, extraBytes), TensorFormatException.shown(name));
        long size = wide.orNarrow(u32(file, at + 24));
        long compressedSize = wide.orNarrow(u32(file, at + 20));
        long headerOffset = wide.orNarrow(u32(file, at + 42));
        if (size != compressedSize || size < 0 || headerOffset < 0) {
            throw malformed("entry " + TensorFormatException.shown(name) + " has impossible sizes");
        }
        entries.add(new Entry(name, u32(file, at + 16), size, headerOffset));
        return next;
    }

    /// The 64-bit numbers of an entry, one for each 32-bit field that is all ones, in the fields' order.
    private static final class WideFields {
        private final MemorySegment extra;
        private final String shownName;
        private long at;
        private long end;

        WideFields(MemorySegment extra, String shownName) {
            this.extra = extra;
            this.shownName = shownName;
            long field = 0;
            while (extra.byteSize() - field >= 4) {
                long fieldEnd = field + 4 + u16(extra, field + 2);
                if (fieldEnd > extra.byteSize()) {
                    throw malformed("entry " + shownName + " has a damaged extra field");
                }
                if (u16(extra, field) == ZIP64_EXTRA) {
                    at = field + 4;
                    end = fieldEnd;
                }
                field = fieldEnd;
            }
        }

        long orNarrow(long narrow) {
            if (narrow != MAX_32) {
                return narrow;
            }
            if (end - at < Long.BYTES) {
                throw malformed("entry " + shownName + " lacks its ZIP64 sizes");
            }
            long wide = extra.get(LITTLE_LONG, at);
            at += Long.BYTES;
            return wide;
        }
    }
}
