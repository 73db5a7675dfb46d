package dev.roundelay.federation.strategy;

import dev.roundelay.tensors.aggregation.ClippedMean;
import dev.roundelay.tensors.aggregation.GaussianNoise;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Differential privacy for whole sites, with the server trusted (McMahan et al., 2018, "Learning differentially
/// private
/// recurrent language models", with a fixed bound): each update's change of the model is scaled down to a norm, the
/// mean of
/// the changes is taken with equal weights, and noise of `noiseMultiplier * clipNorm / members` is added to each
/// element.
///
/// The noise follows from a secret key that is the state, so that a restart makes the same bits. Only floating tensors
/// are
/// covered: integer ones are averaged plainly and not protected.
///
/// @param clipNorm        above 0
/// @param noiseMultiplier 0 for no noise
/// @param delta           for which epsilon is reported
record ClippedNoise(ModelArithmetic models, double clipNorm, double noiseMultiplier, double delta) implements Strategy {
    @Override
    public Outcome aggregate(Input input) throws IOException {
        double[] norms = models.geometry().norms(input.files(), input.global());
        double[] scales =
                Arrays.stream(norms).map(norm -> Math.min(1, clipNorm / norm)).toArray();
        int members = norms.length;
        NoiseState state = noiseMultiplier == 0 ? null : NoiseState.after(input.state(), models.secrets());
        ClippedMean rule = new ClippedMean(
                members,
                noiseMultiplier * clipNorm / members,
                state == null ? null : new GaussianNoise(state.noiseKey()));
        ElementwiseStrategy.run(models, rule, input, input.files(), scales);
        if (state != null) {
            state.write(input.stateOut());
        }
        return new Outcome(state != null, metrics(norms, state), List.of());
    }

    private Map<String, Double> metrics(double[] norms, @Nullable NoiseState state) {
        Map<String, Double> metrics = new TreeMap<>();
        double cut = Arrays.stream(norms).filter(norm -> norm > clipNorm).count();
        metrics.put("clipped_updates", cut / norms.length);
        metrics.put("update_norm", Arrays.stream(norms).average().orElseThrow());
        if (state != null) {
            metrics.put("dp_epsilon", GaussianPrivacy.epsilon(noiseMultiplier, state.rounds(), delta));
        }
        return metrics;
    }
}
