package dev.roundelay.storage;

/// One blob that a snapshot keeps, under the key that it had.
public record SnapshotEntry(ObjectKey key, BlobId blob, long sizeBytes, ETag etag) {}
