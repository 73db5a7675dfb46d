package dev.roundelay.worker.harness;

import java.util.Map;

/// What the validation function returned.
public record Validation(Map<String, Double> metrics, long samples, double seconds) {
    public Validation {
        metrics = Map.copyOf(metrics);
    }
}
