package dev.roundelay.storage.disk;

import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// The text file of a composite; its form is in the package's comment.
record CompositeFile(List<Extent> extents) {
    /// One part: where its bytes lie, and how many of them there are.
    record Extent(BlobId blob, long sizeBytes) {}

    CompositeFile {
        extents = List.copyOf(extents);
    }

    static ByteBuffer encode(List<BlobId> parts, long[] sizes) {
        var text = new StringBuilder();
        for (int i = 0; i < sizes.length; i++) {
            text.append(parts.get(i)).append(' ').append(sizes[i]).append('\n');
        }
        String whole = text + "end " + checksum(text) + "\n";
        return ByteBuffer.wrap(whole.getBytes(StandardCharsets.UTF_8));
    }

    static CompositeFile read(BlobId id, Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw StorageException.noSuchBlob(id);
        }
        int end = text.lastIndexOf("end ");
        if (end < 0 || !text.substring(end).equals("end " + checksum(text.substring(0, end)) + "\n")) {
            throw new IOException("[blob %s] its list of parts is damaged; restore it from a backup".formatted(id));
        }
        var extents = new ArrayList<Extent>();
        for (String line : text.substring(0, end).split("\n")) {
            int space = line.indexOf(' ');
            extents.add(new Extent(new BlobId(line.substring(0, space)), Long.parseLong(line.substring(space + 1))));
        }
        return new CompositeFile(extents);
    }

    private static String checksum(CharSequence text) {
        var crc = new CRC32C();
        crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
