package dev.roundelay.testkit.storage;

import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.OwnerId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The users and buckets that the client suites expect: one to work with, another whose bucket must stay closed, and a
/// poor one with a quota of 10 MiB.
public final class S3Fixture {
    /// One user: key pair and bucket.
    public record User(String accessKeyId, String secretAccessKey, OwnerId owner, BucketName bucket, long quotaBytes) {}

    public static final User USER = user("main", 4L << 30);
    public static final User OTHER = user("other", 1L << 30);
    public static final User POOR = user("poor", 10L << 20);

    private S3Fixture() {}

    private static User user(String name, long quotaBytes) {
        return new User(
                "GK" + name.toUpperCase(Locale.ROOT) + "0123456789",
                "secret+of/" + name,
                new OwnerId("usr_" + name),
                new BucketName(name + "-bucket"),
                quotaBytes);
    }

    public static void createBuckets(BucketIndex index) {
        for (User user : List.of(USER, OTHER, POOR)) {
            index.createBucket(user.owner(), user.bucket(), user.quotaBytes());
        }
    }

    public static Optional<User> find(String accessKeyId) {
        return List.of(USER, OTHER, POOR).stream()
                .filter(user -> user.accessKeyId().equals(accessKeyId))
                .findFirst();
    }

    /// Returns the environment in which the client programs run.
    public static Map<String, String> environment(int port) {
        return Map.of(
                "S3_ENDPOINT", "http://127.0.0.1:" + port,
                "S3_BUCKET", USER.bucket().value(),
                "S3_KEY", USER.accessKeyId(),
                "S3_SECRET", USER.secretAccessKey(),
                "S3_OTHER_BUCKET", OTHER.bucket().value(),
                "S3_POOR_BUCKET", POOR.bucket().value(),
                "S3_POOR_KEY", POOR.accessKeyId(),
                "S3_POOR_SECRET", POOR.secretAccessKey());
    }
}
