package dev.roundelay.federation;

import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.ETag;
import java.nio.file.Path;

/// A global model as a file of safetensors, to be read only. It may be removed while it is read once two later models
/// are committed; an open file stays readable.
///
/// @param crc32c CRC-32C of the bytes, unsigned 32 bits
public record ModelFile(int number, Path path, BlobId blob, long sizeBytes, ETag etag, long crc32c) {}
