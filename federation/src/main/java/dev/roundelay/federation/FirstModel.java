package dev.roundelay.federation;

import dev.roundelay.storage.BucketName;

/// The model from which a job's first round starts.
///
/// @param reserveBytes bytes to set aside in the bucket's quota for what the job must be able to write later
public record FirstModel(StoredModel model, BucketName bucket, long reserveBytes) {}
