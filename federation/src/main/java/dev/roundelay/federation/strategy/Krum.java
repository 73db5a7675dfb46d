package dev.roundelay.federation.strategy;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Krum and Multi-Krum (Blanchard et al., 2017, "Machine learning with adversaries"): the mean of the updates with the
/// lowest [KrumScores]. All that are chosen weigh the same.
///
/// @param byzantine how many updates may be hostile; a round must have `2 * byzantine + 3`
/// @param keep      how many updates are chosen; 0 for all but `byzantine`
record Krum(ModelArithmetic models, int byzantine, int keep) implements Strategy {
    @Override
    public Outcome aggregate(Input input) throws IOException {
        int count = input.updates().size();
        double[][] distances = models.geometry().squaredDistances(input.files(), input.global());
        int wanted = keep == 0 ? count - byzantine : Math.min(keep, count);
        List<Integer> chosen = new KrumScores(distances, byzantine).lowest(Math.max(1, wanted));
        models.mean()
                .aggregate(input.files(), Weights.of(count, chosen), input.global(), input.metadata(), input.out());
        return new Outcome(false, Map.of("chosen_updates", (double) chosen.size()), Remarks.chosen(input, chosen));
    }
}
