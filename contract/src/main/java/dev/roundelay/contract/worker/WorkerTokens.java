package dev.roundelay.contract.worker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Join tokens.
public final class WorkerTokens {
    private WorkerTokens() {}

    /// `POST /worker-tokens`. Absent parts: single use, 1 h.
    public record Mint(
            @Nullable String name,
            @Nullable Boolean reusable,
            @Nullable Long ttlSeconds) {}

    /// A token; `secret` only in the answer that minted it.
    public record View(
            String id,
            @Nullable String name,
            boolean reusable,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant usedAt,
            @Nullable String secret) {}
}
