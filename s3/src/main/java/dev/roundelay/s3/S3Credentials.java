package dev.roundelay.s3;

import java.util.Optional;

/// Port through which this room learns whose key a request was signed with. Called for each request; thread-safe.
public interface S3Credentials {
    /// Returns the key pair of an id; empty if it is unknown, revoked, or its user is disabled.
    Optional<S3KeyPair> find(String accessKeyId);
}
