package dev.roundelay.s3;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Settings of the S3 endpoint.
///
/// @param listen        address to bind, a name or literal
/// @param port          port to bind, 0 for any free one
/// @param region        what clients are told; any region is accepted in a signature
/// @param maxBodies     uploads read at the same time; further ones wait a moment, then get 503 SlowDown
/// @param bodyWait      how long an upload waits for its turn
/// @param maxObjectSize limit of one PUT in bytes; larger objects come in parts
public record S3Config(String listen, int port, String region, int maxBodies, Duration bodyWait, long maxObjectSize) {
    public static final String DEFAULT_REGION = "garage";

    public S3Config {
        var problems = new ArrayList<String>();
        if (port < 0 || port > 65_535) {
            problems.add("--s3-port %d is not 0 to 65535".formatted(port));
        }
        if (maxBodies < 1) {
            problems.add("the number of concurrent S3 uploads, %d, is not positive".formatted(maxBodies));
        }
        if (maxObjectSize < 1) {
            problems.add("the S3 object size limit, %d, is not positive".formatted(maxObjectSize));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", List.copyOf(problems)));
        }
    }

    public static S3Config of(String listen, int port) {
        return new S3Config(listen, port, DEFAULT_REGION, 64, Duration.ofSeconds(10), 5L << 30);
    }
}
