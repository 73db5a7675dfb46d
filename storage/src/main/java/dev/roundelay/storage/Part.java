package dev.roundelay.storage;

import java.time.Instant;

/// One part that an upload holds.
public record Part(int number, BlobId blob, long sizeBytes, ETag etag, Instant modifiedAt) {
    public static final int MAX_NUMBER = 10_000;

    public Part {
        requireNumber(number);
    }

    public static void requireNumber(int number) {
        if (number < 1 || number > MAX_NUMBER) {
            throw new StorageException(
                    StorageFault.INVALID_PART_ORDER, "[part %d] numbers go from 1 to %d".formatted(number, MAX_NUMBER));
        }
    }
}
