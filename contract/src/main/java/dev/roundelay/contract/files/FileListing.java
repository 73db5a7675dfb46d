package dev.roundelay.contract.files;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /files`: objects and, with a delimiter, folders under a prefix.
///
/// @param next the `after` of the next page, null on the last one
public record FileListing(
        String prefix,
        List<Entry> items,
        List<String> folders,
        @Nullable String next) {
    public FileListing {
        items = List.copyOf(items);
        folders = List.copyOf(folders);
    }

    /// One object.
    public record Entry(
            String key,
            long sizeBytes,
            String etag,
            @Nullable String contentType,
            Instant modifiedAt) {}
}
