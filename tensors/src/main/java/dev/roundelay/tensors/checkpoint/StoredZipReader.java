package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.checkpoint.ZipDirectory.Entry;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/// The entries of a zip archive of uncompressed entries, found through its central directory.
///
/// Refused are archives whose entries are compressed, encrypted, of the same name, or share bytes; whose
/// local
/// headers contradict the directory; or whose
/// directory is not where its end record says.
final class StoredZipReader {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final long LOCAL_HEADER_BYTES = 30;
    private static final int LOCAL_SIGNATURE = 0x04034b50;

    private final MemorySegment file;
    private final Map<String, Content> contents = new HashMap<>();

    private record Content(Entry entry, MemorySegment bytes) {}

    /// @throws TensorFormatException with `MALFORMED_ZIP`, `UNSUPPORTED_ZIP` or `TRUNCATED`
    StoredZipReader(MemorySegment file) {
        this.file = file;
        ZipDirectory directory = ZipDirectory.read(file);
        List<Entry> byOffset = directory.entries().stream()
                .sorted(Comparator.comparingLong(Entry::headerOffset))
                .toList();
        long previousEnd = 0;
        for (Entry entry : byOffset) {
            if (entry.headerOffset() < previousEnd) {
                throw ZipDirectory.malformed("entry " + entry.shownName() + " overlaps the entry before it");
            }
            long start = contentOffset(entry, directory.offset());
            previousEnd = start + entry.size();
            Content content = new Content(entry, file.asSlice(start, entry.size()));
            if (contents.put(entry.name(), content) != null) {
                throw ZipDirectory.malformed("entry " + entry.shownName() + " occurs twice");
            }
        }
    }

    Set<String> names() {
        return contents.keySet();
    }

    /// The bytes of an entry, in place; their checksum is not compared yet.
    Optional<MemorySegment> find(String name) {
        return Optional.ofNullable(contents.get(name)).map(Content::bytes);
    }

    /// Compares an entry's bytes with its CRC-32; a checksum of 0 means that PyTorch was told not to
    /// compute them.
    ///
    /// @throws TensorFormatException with `CHECKSUM_MISMATCH`
    void requireChecksum(String name) {
        Content content = contents.get(name);
        if (content == null || content.entry.crc() == 0) {
            return;
        }
        CRC32 crc = new CRC32();
        for (long from = 0; from < content.bytes.byteSize(); from += CHUNK_BYTES) {
            long size = Math.min(CHUNK_BYTES, content.bytes.byteSize() - from);
            crc.update(content.bytes.asSlice(from, size).asByteBuffer());
        }
        if (crc.getValue() != content.entry.crc()) {
            throw new TensorFormatException(
                    TensorFault.CHECKSUM_MISMATCH,
                    String.format(
                            "entry %s has CRC-32 %08x, the zip directory says %08x",
                            content.entry.shownName(), crc.getValue(), content.entry.crc()),
                    "the file is damaged; copy or save it again");
        }
    }

    // The local header decides where the bytes start: its name must be the directory's, its extra field may
    // differ.
    private long contentOffset(Entry entry, long directoryOffset) {
        long header = entry.headerOffset();
        if (header > directoryOffset - LOCAL_HEADER_BYTES) {
            throw ZipDirectory.malformed("entry " + entry.shownName() + " starts behind the zip directory");
        }
        if (ZipDirectory.u32(file, header) != LOCAL_SIGNATURE) {
            throw ZipDirectory.malformed("entry " + entry.shownName() + " has no local header");
        }
        if ((ZipDirectory.u16(file, header + 6) & ZipDirectory.ENCRYPTED) != 0
                || ZipDirectory.u16(file, header + 8) != ZipDirectory.STORED) {
            throw ZipDirectory.unsupported(
                    "entry " + entry.shownName() + " is compressed or encrypted in its local header");
        }
        int nameBytes = ZipDirectory.u16(file, header + 26);
        long start = header + LOCAL_HEADER_BYTES + nameBytes + ZipDirectory.u16(file, header + 28);
        if (start > directoryOffset || entry.size() > directoryOffset - start) {
            throw ZipDirectory.malformed("entry " + entry.shownName() + " reaches into the zip directory");
        }
        if (!ZipDirectory.text(file, header + LOCAL_HEADER_BYTES, nameBytes).equals(entry.name())) {
            throw ZipDirectory.malformed("entry " + entry.shownName() + " has another name in its local header");
        }
        return start;
    }
}
