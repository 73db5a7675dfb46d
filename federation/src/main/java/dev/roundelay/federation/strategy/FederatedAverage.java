package dev.roundelay.federation.strategy;

import java.io.IOException;

/// The mean of the updates, weighted by their samples; it keeps no state.
record FederatedAverage(ModelArithmetic models) implements Strategy {
    @Override
    public Outcome aggregate(Input input) throws IOException {
        models.mean().aggregate(input.updates(), input.global(), input.metadata(), input.out());
        return Outcome.PLAIN;
    }
}
