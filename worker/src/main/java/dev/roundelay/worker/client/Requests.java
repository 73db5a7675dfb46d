package dev.roundelay.worker.client;

import dev.roundelay.contract.worker.WorkerHeaders;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Builds the requests of one credential, and of one assignment where there is a fence.
record Requests(
        String bearer,
        String path,
        @Nullable String fence,
        @Nullable Integer shard) {
    static final String ROOT = "/worker/v1";

    static Requests of(String bearer) {
        return new Requests(bearer, ROOT, null, null);
    }

    Requests assignment(String id, String currentFence) {
        return new Requests(bearer, ROOT + "/assignments/" + segment(id), currentFence, null);
    }

    /// Returns those of an assignment that are about one of its shards.
    Requests of(@Nullable Integer oneOfItsShards) {
        return new Requests(bearer, path, fence, oneOfItsShards);
    }

    HttpRequest.Builder to(URI server, String below) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(server + path + below))
                .header("Authorization", "Bearer " + bearer)
                .header("Accept", "application/json, application/octet-stream, application/problem+json");
        if (fence != null) {
            builder.header(WorkerHeaders.FENCE, fence);
        }
        if (shard != null) {
            builder.header(WorkerHeaders.SHARD, shard.toString());
        }
        return builder;
    }

    /// Returns a text as one path segment: everything but unreserved characters is percent-encoded.
    static String segment(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-_.~".indexOf(c) >= 0;
            if (plain) {
                out.append(c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }
}
