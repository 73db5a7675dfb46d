package dev.roundelay.federation;

import dev.roundelay.tensors.aggregation.ControlVariates.Correction;
import java.nio.file.Path;

/// What a site adds to its gradients in a round, as safetensors: a header, and a part of the state file of the round's
/// model.
///
/// @param state it may be removed while it is read once two later models are committed; an open file stays readable
public record CorrectionFile(Path state, Correction content) {
    /// Returns the size of both parts in bytes.
    public long sizeBytes() {
        return content.header().length + content.length();
    }
}
