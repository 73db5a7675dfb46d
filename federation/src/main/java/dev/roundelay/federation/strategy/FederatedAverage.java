package dev.roundelay.federation.strategy;

import dev.roundelay.tensors.aggregation.FedAvg;
import java.io.IOException;

/// The mean of the updates, weighted by their samples; it keeps no state.
record FederatedAverage(FedAvg mean) implements Strategy {
    static final String NAME = "fed_avg";

    @Override
    public boolean aggregate(Input input) throws IOException {
        mean.aggregate(input.updates(), input.global(), input.metadata(), input.out());
        return false;
    }
}
