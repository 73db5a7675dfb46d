package dev.roundelay.storage;

/// Closed set of what can go wrong in this room.
public enum StorageFault {
    /// No bucket has that name.
    NO_SUCH_BUCKET,
    /// The name is taken, or the owner has a bucket already.
    BUCKET_EXISTS,
    /// No object has that key.
    NO_SUCH_KEY,
    /// The key is empty, too long, or no valid Unicode.
    INVALID_KEY,
    /// The upload is unknown, ended, or belongs to another key.
    NO_SUCH_UPLOAD,
    /// A named part was not uploaded or has another tag.
    INVALID_PART,
    /// Part numbers do not ascend, or are not 1 to 10,000.
    INVALID_PART_ORDER,
    /// A part other than the last has less than 5 MiB.
    PART_TOO_SMALL,
    /// An If-Match or If-None-Match condition does not hold.
    PRECONDITION_FAILED,
    /// A range begins at or after the end.
    INVALID_RANGE,
    /// The bytes do not fit into the owner's quota.
    QUOTA_EXCEEDED,
    /// The disk has no room beside what is kept for running jobs.
    DISK_FULL,
    /// Fewer or more bytes arrived than were announced.
    INCOMPLETE_BODY,
    /// A blob is named that the store does not hold.
    NO_SUCH_BLOB,
    /// A snapshot of that name exists already, with other contents.
    SNAPSHOT_EXISTS
}
