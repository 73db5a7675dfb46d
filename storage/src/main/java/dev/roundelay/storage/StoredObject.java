package dev.roundelay.storage;

import java.time.Instant;

/// One object of a bucket as the index knows it.
public record StoredObject(
        ObjectKey key, BlobId blob, long sizeBytes, ETag etag, ObjectAttributes attributes, Instant modifiedAt) {}
