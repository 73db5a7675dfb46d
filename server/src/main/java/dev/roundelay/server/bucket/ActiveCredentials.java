package dev.roundelay.server.bucket;

import dev.roundelay.s3.S3Credentials;
import dev.roundelay.s3.S3KeyPair;
import dev.roundelay.s3.awssdk.S3Errors;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Knows nobody while this server is a standby: then every S3 call is answered 503, and clients try again.
///
/// @param active whether this server serves
public record ActiveCredentials(S3Credentials credentials, BooleanSupplier active) implements S3Credentials {
    @Override
    public Optional<S3KeyPair> find(String accessKeyId) {
        if (!active.getAsBoolean()) {
            throw S3Errors.error(503, "SlowDown", "this server is a standby; try again in a second");
        }
        return credentials.find(accessKeyId);
    }
}
