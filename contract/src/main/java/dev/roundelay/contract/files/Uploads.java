package dev.roundelay.contract.files;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Uploads in parts over the API's own port.
public final class Uploads {
    private Uploads() {}

    /// `POST /uploads`.
    public record Begin(
            String key, long sizeBytes, @Nullable String contentType) {}

    /// An open upload: every part but the last has `partSizeBytes`; parts count from 1.
    public record View(String id, String key, long sizeBytes, long partSizeBytes, int parts, List<Part> held) {}

    /// A part that the server holds.
    public record Part(int number, long sizeBytes, String etag) {}

    /// The finished object.
    public record Completed(String key, long sizeBytes, String etag) {}
}
