package dev.roundelay.storage;

import java.util.List;

/// What a [BlobStore] says about bytes that it has made durable.
///
/// @param id        name of the blob
/// @param sizeBytes length, >= 0
/// @param crc32c    CRC-32C of the bytes as an unsigned 32-bit number; 0 for a composite, whose parts have their own
/// @param etag      tag for an object that refers to the blob
/// @param parts     ids of the blobs that a composite joins, in order; empty for a plain blob
public record Blob(BlobId id, long sizeBytes, long crc32c, ETag etag, List<BlobId> parts) {
    public Blob {
        parts = List.copyOf(parts);
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("[blob %s] size %d is negative".formatted(id, sizeBytes));
        }
        if (crc32c < 0 || crc32c > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException(
                    "[blob %s] CRC-32C %d is not an unsigned 32-bit number".formatted(id, crc32c));
        }
    }

    public boolean isComposite() {
        return !parts.isEmpty();
    }
}
