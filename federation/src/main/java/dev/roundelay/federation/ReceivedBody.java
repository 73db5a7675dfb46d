package dev.roundelay.federation;

import java.nio.file.Path;

/// A body that the server has streamed into the file that it was given for it, not fsynced.
///
/// @param file          finished file; this room moves or deletes it
/// @param sizeBytes     length
/// @param crc32c        CRC-32C of the bytes as they were written, unsigned 32 bits
/// @param claimedCrc32c what the worker says it is
public record ReceivedBody(Path file, long sizeBytes, long crc32c, long claimedCrc32c) {
    /// Tells whether the bytes arrived as they were sent.
    public boolean isIntact() {
        return crc32c == claimedCrc32c;
    }
}
