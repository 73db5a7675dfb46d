package dev.roundelay.storage;

import java.time.Instant;

/// A multipart upload that has begun and not ended; its attributes become those of the object.
public record Upload(UploadId id, BucketName bucket, ObjectKey key, ObjectAttributes attributes, Instant createdAt) {}
