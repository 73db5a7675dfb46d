package dev.roundelay.storage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/// Hashes the bytes of a blob while they pass by: CRC-32C for later checks, MD5 for the tag. Not thread-safe.
public final class BlobHasher {
    private final CRC32C crc = new CRC32C();
    private final MessageDigest md5;
    private long sizeBytes;

    public BlobHasher() {
        try {
            md5 = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has MD5", e);
        }
    }

    public void update(byte[] bytes, int offset, int length) {
        crc.update(bytes, offset, length);
        md5.update(bytes, offset, length);
        sizeBytes += length;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    /// Returns the plain blob that these bytes are; the hasher must not be used afterwards.
    public Blob finish(BlobId id) {
        ETag etag = new ETag(HexFormat.of().formatHex(md5.digest()));
        return new Blob(id, sizeBytes, crc.getValue(), etag, List.of());
    }

    /// Throws unless exactly the announced number of bytes has passed.
    public void requireSize(long announcedBytes) {
        if (sizeBytes != announcedBytes) {
            throw new StorageException(
                    StorageFault.INCOMPLETE_BODY,
                    "[upload] %d bytes arrived, %d were announced; send it again".formatted(sizeBytes, announcedBytes));
        }
    }
}
