package dev.roundelay.federation;

import dev.roundelay.storage.Blob;
import org.jspecify.annotations.Nullable;

/// A global model that is committed: the weights after `number` rounds.
///
/// @param weights safetensors
/// @param state   the strategy's state that goes with it; null if the strategy keeps none
public record StoredModel(
        int number, Blob weights, @Nullable Blob state) {}
