package dev.roundelay.federation;

import java.util.Map;

/// What a worker says about an update beside its bytes.
///
/// @param samples number of training samples; 0 if the user's function gave none
/// @param metrics scalars that the training returned
/// @param seconds how long the training took
public record UpdateMeta(long samples, Map<String, Double> metrics, double seconds) {
    public UpdateMeta {
        metrics = Map.copyOf(metrics);
    }
}
