package dev.roundelay.contract.worker;

import java.util.Map;

/// `PUT /worker/v1/assignments/{id}/validations/{k}`: metrics of global model k on this shard.
public record ValidationReport(Map<String, Double> metrics, long samples, double seconds) {}
