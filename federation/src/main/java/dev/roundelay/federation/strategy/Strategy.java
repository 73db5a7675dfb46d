package dev.roundelay.federation.strategy;

import dev.roundelay.federation.RunSpec.StrategySpec;
import dev.roundelay.tensors.aggregation.FedAvg;
import dev.roundelay.tensors.aggregation.WeightedUpdate;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the members' updates and the global model become the next global model. The same input gives the same bits, so
/// that a restart may aggregate again. A closed set; safe for use by several threads.
public sealed interface Strategy permits FederatedAverage {
    /// Returns the strategy of a spec.
    ///
    /// @param mean the arithmetic of weighted means
    /// @throws IllegalArgumentException if there is none of that name; submit has checked it
    static Strategy of(StrategySpec spec, FedAvg mean) {
        return switch (spec.name()) {
            case FederatedAverage.NAME -> new FederatedAverage(mean);
            default ->
                throw new IllegalArgumentException(
                        "[strategy %s] is not known; use %s".formatted(spec.name(), FederatedAverage.NAME));
        };
    }

    /// Writes the next global model, and the strategy's next state if it keeps one. Neither is synced to the disk.
    ///
    /// @return whether a state was written
    /// @throws dev.roundelay.tensors.TensorFormatException if an update does not fit the global model
    boolean aggregate(Input input) throws IOException;

    /// What an aggregation needs.
    ///
    /// @param global   the model from which the members trained; open, and left open
    /// @param state    the state that goes with it; null if there is none
    /// @param updates  the members' updates, ascending by shard, at least one; open, and left open
    /// @param metadata strings for the new model's file
    /// @param out      file to write; must not exist
    /// @param stateOut file to write the next state to; must not exist
    record Input(
            SafetensorsReader global,
            @Nullable Path state,
            List<WeightedUpdate> updates,
            Map<String, String> metadata,
            Path out,
            Path stateOut) {
        public Input {
            updates = List.copyOf(updates);
            metadata = Map.copyOf(metadata);
        }
    }
}
