package dev.roundelay.storage;

import java.time.Instant;

/// One user's bucket and its account.
///
/// @param quotaBytes    limit, >= 0
/// @param usedBytes     bytes of all blobs that anything refers to, each counted once
/// @param reservedBytes bytes set aside for writes to come
public record Bucket(
        BucketName name, OwnerId owner, long quotaBytes, long usedBytes, long reservedBytes, Instant createdAt) {

    public Bucket withUsedBytes(long bytes) {
        return new Bucket(name, owner, quotaBytes, bytes, reservedBytes, createdAt);
    }

    public Bucket withReservedBytes(long bytes) {
        return new Bucket(name, owner, quotaBytes, usedBytes, bytes, createdAt);
    }

    public Bucket withQuotaBytes(long bytes) {
        return new Bucket(name, owner, bytes, usedBytes, reservedBytes, createdAt);
    }

    public long freeBytes() {
        return Math.max(0, quotaBytes - usedBytes - reservedBytes);
    }

    /// Throws if this state takes more than its quota and more than the state before took.
    public void requireWithinQuota(Bucket before) {
        long taken = usedBytes + reservedBytes;
        long takenBefore = before.usedBytes + before.reservedBytes;
        if (taken > quotaBytes && taken > takenBefore) {
            throw new QuotaExceededException(name, takenBefore, quotaBytes, taken - takenBefore);
        }
    }

    /// Throws if `neededBytes` more do not fit.
    public void requireRoom(long neededBytes) {
        if (neededBytes > freeBytes()) {
            throw new QuotaExceededException(name, usedBytes + reservedBytes, quotaBytes, neededBytes);
        }
    }
}
