package dev.roundelay.storage;

import java.util.Map;

/// What is kept with an object besides its bytes, verbatim.
///
/// @param contentType media type
/// @param headers     further content headers by lower-case name (`cache-control`, `content-disposition`, ...)
/// @param metadata    the user's own, without the `x-amz-meta-` prefix
public record ObjectAttributes(String contentType, Map<String, String> headers, Map<String, String> metadata) {
    public static final ObjectAttributes DEFAULT = of("application/octet-stream");
    public static final ObjectAttributes TEXT = of("text/plain; charset=utf-8");

    public ObjectAttributes {
        headers = Map.copyOf(headers);
        metadata = Map.copyOf(metadata);
    }

    public static ObjectAttributes of(String contentType) {
        return new ObjectAttributes(contentType, Map.of(), Map.of());
    }
}
