package dev.roundelay.storage;

/// The bytes of a write do not fit into the owner's quota; nothing of it was kept.
public final class QuotaExceededException extends StorageException {
    private static final long serialVersionUID = 1;

    private final long usedBytes;
    private final long quotaBytes;
    private final long neededBytes;

    public QuotaExceededException(BucketName bucket, long usedBytes, long quotaBytes, long neededBytes) {
        super(
                StorageFault.QUOTA_EXCEEDED,
                "[bucket %s] %d bytes do not fit: %d of %d are used; delete files or ask for a larger quota"
                        .formatted(bucket, neededBytes, usedBytes, quotaBytes));
        this.usedBytes = usedBytes;
        this.quotaBytes = quotaBytes;
        this.neededBytes = neededBytes;
    }

    /// Bytes in use, reservations included.
    public long usedBytes() {
        return usedBytes;
    }

    public long quotaBytes() {
        return quotaBytes;
    }

    public long neededBytes() {
        return neededBytes;
    }
}
