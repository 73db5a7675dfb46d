package dev.roundelay.tensors.aggregation;

/// What an aggregation did.
///
/// @param updates number of updates that took part
/// @param totalSamples sum of their samples
/// @param averagedTensors tensors that at least one update sent
/// @param keptTensors tensors taken over from the global model
/// @param dataBytes bytes of the aggregate's elements
public record AggregationResult(int updates, long totalSamples, int averagedTensors, int keptTensors, long dataBytes) {}
