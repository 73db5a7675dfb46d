package dev.roundelay.storage;

/// What the index says of a blob's bytes.
///
/// @param sizeBytes length, >= 0
/// @param crc32c    CRC-32C of the bytes as an unsigned 32-bit number; 0 for a composite, whose parts have their own
/// @param composite whether it joins other blobs
public record BlobFacts(BlobId id, long sizeBytes, long crc32c, boolean composite) {}
