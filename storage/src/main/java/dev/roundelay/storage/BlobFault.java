package dev.roundelay.storage;

/// What is wrong with a blob's bytes.
///
/// @param what one half of a sentence, such as "is missing"
public record BlobFault(BlobId blob, String what) {}
