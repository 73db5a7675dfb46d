package dev.roundelay.contract.account;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sessions, users, keys and buckets.
public final class Accounts {
    private Accounts() {}

    /// `POST /session`.
    public record SignIn(String email, String password) {}

    /// The answer to a sign-in.
    public record Session(User user, String csrfToken) {}

    /// A user. `role` is `admin` or `user`; `password` only in the answer that generated it.
    public record User(
            String id,
            String email,
            String role,
            boolean disabled,
            long quotaBytes,
            Instant createdAt,
            @Nullable String password) {}

    /// `POST /users`.
    public record NewUser(
            String email,
            @Nullable String role,
            @Nullable String password,
            @Nullable Long quotaBytes) {}

    /// `PATCH /users/{id}`: absent parts stay.
    public record UserPatch(
            @Nullable String role,
            @Nullable String password,
            @Nullable Long quotaBytes,
            @Nullable Boolean disabled) {}

    /// `PUT /me/password`.
    public record PasswordChange(String current, String password) {}

    /// `POST /api-keys`.
    public record NewApiKey(String name) {}

    /// An API key; `secret` only in the answer that minted it.
    public record ApiKey(
            String id,
            String name,
            String prefix,
            Instant createdAt,
            @Nullable Instant lastUsedAt,
            @Nullable String secret) {}

    /// A bucket; `secretAccessKey` only from provision and rotate.
    public record Bucket(
            String bucketAlias,
            String endpoint,
            String region,
            String accessKeyId,
            @Nullable String secretAccessKey) {}

    /// `GET /bucket/usage`.
    public record Usage(long usedBytes, long quotaBytes, List<Folder> folders) {
        public Usage {
            folders = List.copyOf(folders);
        }
    }

    /// One folder directly under `jobs/` or the bucket's top.
    public record Folder(String prefix, long objects, long bytes) {}

    /// An audit entry.
    public record AuditEntry(
            Instant time,
            @Nullable String userId,
            String actor,
            String action,
            String target,
            @Nullable String address) {}
}
