package dev.roundelay.federation.strategy;

import dev.roundelay.tensors.aggregation.WeightedUpdate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// How much each update counts.
final class Weights {
    private Weights() {}

    /// Returns their samples; all the same if all have none.
    static double[] bySamples(List<WeightedUpdate> updates) {
        double[] samples = updates.stream().mapToDouble(WeightedUpdate::samples).toArray();
        return Arrays.stream(samples).allMatch(weight -> weight == 0) ? equal(samples.length) : samples;
    }

    static double[] equal(int count) {
        double[] weights = new double[count];
        Arrays.fill(weights, 1);
        return weights;
    }

    /// Returns 1 for the chosen ones and 0 for the others.
    static double[] of(int count, Collection<Integer> chosen) {
        double[] weights = new double[count];
        chosen.forEach(index -> weights[index] = 1);
        return weights;
    }
}
