package dev.roundelay.s3;

import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.OwnerId;

/// One user's key pair and the one bucket it opens.
public record S3KeyPair(String accessKeyId, String secretAccessKey, OwnerId owner, BucketName bucket) {
    @Override
    public String toString() {
        return "S3KeyPair[" + accessKeyId + ", " + bucket + "]";
    }
}
