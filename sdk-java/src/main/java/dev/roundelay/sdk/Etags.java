package dev.roundelay.sdk;

import dev.roundelay.contract.files.FileListing;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Tells by size and ETag whether stored bytes are the ones at hand, without fetching them.
///
/// An ETag is the MD5 of the bytes, or `<MD5 of the parts' MD5s>-<parts>`; one of another form counts as changed.
final class Etags {
    private static final int CHUNK_BYTES = 1 << 18;
    // Part sizes with which an object may have come into the bucket: ours, the published client's, S3 tools' usual
    // ones.
    private static final long[] USUAL_PART_MIB = {5, 8, 10, 15, 16, 25, 32, 50, 64, 100, 128};

    private Etags() {}

    static boolean isUnchanged(Source source, FileListing.@Nullable Entry stored) {
        return isUnchanged(
                source,
                stored,
                LongStream.of(USUAL_PART_MIB).map(mib -> mib << 20).toArray());
    }

    static boolean isUnchanged(Source source, FileListing.@Nullable Entry stored, long... partSizes) {
        if (stored == null || stored.sizeBytes() != source.sizeBytes()) {
            return false;
        }
        String[] parts = stored.etag().replace("\"", "").split("-", 2);
        if (parts.length == 1) {
            return parts[0].equals(md5(source, 0, source.sizeBytes()));
        }
        if (!parts[1].matches("[1-9]\\d{0,8}")) {
            return false;
        }
        long count = Long.parseLong(parts[1]);
        return LongStream.of(partSizes)
                .filter(size -> parts(source.sizeBytes(), size) == count)
                .anyMatch(size -> parts[0].equals(ofParts(source, size)));
    }

    static long parts(long sizeBytes, long partSizeBytes) {
        return Math.max(1, (sizeBytes + partSizeBytes - 1) / partSizeBytes);
    }

    /// Returns the MD5 in hexadecimal of a part of the bytes, which is that part's ETag.
    static String md5(Source source, long offset, long length) {
        return HexFormat.of().formatHex(digest(source, offset, length));
    }

    private static String ofParts(Source source, long partSizeBytes) {
        MessageDigest whole = md5();
        for (long number = 0; number < parts(source.sizeBytes(), partSizeBytes); number++) {
            long offset = number * partSizeBytes;
            whole.update(digest(source, offset, Math.min(partSizeBytes, source.sizeBytes() - offset)));
        }
        return HexFormat.of().formatHex(whole.digest());
    }

    private static byte[] digest(Source source, long offset, long length) {
        MessageDigest digest = md5();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream bytes = source.open()) {
            bytes.skipNBytes(offset);
            long left = length;
            while (left > 0) {
                int read = bytes.read(chunk, 0, (int) Math.min(chunk.length, left));
                if (read < 0) {
                    break;
                }
                digest.update(chunk, 0, read);
                left -= read;
            }
        } catch (IOException e) {
            throw Source.unreadable(source, e);
        }
        return digest.digest();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
