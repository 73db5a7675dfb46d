package dev.roundelay.worker.harness;

import java.nio.file.Path;
import java.util.Map;

/// Weights that a harness has made, in a file that only the agent writes to.
///
/// @param file    safetensors
/// @param samples weight of this update, 0 if the code gave none
/// @param metrics every scalar of the result beside weights and samples
/// @param seconds time in the user's function
public record Update(Path file, long samples, Map<String, Double> metrics, double seconds) {
    public Update {
        metrics = Map.copyOf(metrics);
    }
}
