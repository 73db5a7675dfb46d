package dev.roundelay.contract.worker;

import java.util.Map;
import java.util.Objects;

/// `PUT /worker/v1/assignments/{id}/validations/{k}`: metrics of global model k on this shard.
public record ValidationReport(Map<String, Double> metrics, long samples, double seconds) {
    public ValidationReport {
        metrics = Map.copyOf(Objects.requireNonNull(metrics, "metrics is missing"));
    }
}
