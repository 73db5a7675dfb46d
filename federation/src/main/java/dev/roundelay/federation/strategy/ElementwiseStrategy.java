package dev.roundelay.federation.strategy;

import dev.roundelay.tensors.aggregation.ElementRule;
import dev.roundelay.tensors.aggregation.RuleAggregation;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A rule for each element. The numbers that the rule keeps are the state.
///
/// @param weighted whether updates weigh by their samples, and not all the same
record ElementwiseStrategy(ModelArithmetic models, ElementRule rule, boolean weighted) implements Strategy {
    static ElementwiseStrategy bySamples(ModelArithmetic models, ElementRule rule) {
        return new ElementwiseStrategy(models, rule, true);
    }

    static ElementwiseStrategy equally(ModelArithmetic models, ElementRule rule) {
        return new ElementwiseStrategy(models, rule, false);
    }

    @Override
    public Outcome aggregate(Input input) throws IOException {
        double[] weights = weighted
                ? Weights.bySamples(input.updates())
                : Weights.equal(input.updates().size());
        run(models, rule, input, input.files(), weights);
        return rule.keptNumbers() > 0 ? new Outcome(true, Map.of(), List.of()) : Outcome.PLAIN;
    }

    /// Applies a rule to some of the updates.
    static void run(
            ModelArithmetic models, ElementRule rule, Input input, List<SafetensorsReader> updates, double[] weights)
            throws IOException {
        try (SafetensorsReader state = rule.keptNumbers() > 0 ? open(input.state()) : null) {
            models.rules()
                    .run(
                            rule,
                            new RuleAggregation.Input(updates, weights, input.global(), state),
                            input.metadata(),
                            input.out(),
                            input.stateOut());
        }
    }

    static @Nullable SafetensorsReader open(@Nullable Path state) throws IOException {
        return state == null ? null : SafetensorsReader.open(state);
    }
}
