package dev.roundelay.federation;

import java.time.Instant;
import java.util.Map;

/// What one shard measured of a global model.
public record Validation(
        int model, int shard, long samples, double seconds, Instant receivedAt, Map<String, Double> metrics) {
    public Validation {
        metrics = Map.copyOf(metrics);
    }
}
