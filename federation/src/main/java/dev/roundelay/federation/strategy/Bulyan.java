package dev.roundelay.federation.strategy;

import dev.roundelay.tensors.aggregation.NearestToMedian;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Bulyan (El Mhamdi, Guerraoui and Rouault, 2018, "The hidden vulnerability of distributed learning in Byzantium"):
/// Krum
/// chooses all but twice the hostile ones, one by one; then of each element the numbers nearest to the median are
/// averaged,
/// again without twice the hostile ones.
///
/// @param byzantine how many updates may be hostile; a round must have `4 * byzantine + 3`
record Bulyan(ModelArithmetic models, int byzantine) implements Strategy {
    @Override
    public Outcome aggregate(Input input) throws IOException {
        List<SafetensorsReader> files = input.files();
        double[][] distances = models.geometry().squaredDistances(files, input.global());
        int wanted = Math.max(1, files.size() - 2 * byzantine);
        List<Integer> chosen = new KrumScores(distances, byzantine).oneByOne(wanted);
        ElementwiseStrategy.run(
                models,
                new NearestToMedian(2 * byzantine),
                input,
                chosen.stream().map(files::get).toList(),
                Weights.equal(chosen.size()));
        return new Outcome(false, Map.of("chosen_updates", (double) chosen.size()), Remarks.chosen(input, chosen));
    }
}
