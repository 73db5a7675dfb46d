package dev.roundelay.federation.strategy;

import dev.roundelay.federation.RunSpec.StrategySpec;
import dev.roundelay.tensors.aggregation.AdaptiveStep;
import dev.roundelay.tensors.aggregation.CoordinateMedian;
import dev.roundelay.tensors.aggregation.ServerMomentum;
import dev.roundelay.tensors.aggregation.TrimmedMean;
import dev.roundelay.tensors.aggregation.WeightedUpdate;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the members' updates and the global model become the next global model. The same input gives the same bits, so
/// that a restart may aggregate again. A closed set; safe for use by several threads.
public sealed interface Strategy
        permits FederatedAverage, ElementwiseStrategy, Krum, Bulyan, GeometricMedian, ClippedNoise, Scaffold {
    /// Returns the strategy of a spec.
    ///
    /// @throws IllegalArgumentException if there is none of that name; submit has checked it and its arguments
    static Strategy of(StrategySpec spec, ModelArithmetic models) {
        StrategyDefinition definition = StrategyCatalogue.find(spec.name())
                .orElseThrow(() -> new IllegalArgumentException(
                        "[strategy %s] is not known; use the release that accepted the job".formatted(spec.name())));
        Arguments args = new Arguments(definition.values(spec.args()));
        return switch (spec.name()) {
            case "fed_avg", "fed_prox" -> new FederatedAverage(models);
            case "fed_avg_m" ->
                ElementwiseStrategy.bySamples(
                        models, new ServerMomentum(args.number("learning_rate"), args.number("momentum")));
            case "fed_adagrad" -> adaptive(models, AdaptiveStep.Kind.ADAGRAD, args);
            case "fed_adam" -> adaptive(models, AdaptiveStep.Kind.ADAM, args);
            case "fed_yogi" -> adaptive(models, AdaptiveStep.Kind.YOGI, args);
            case "fed_median" -> ElementwiseStrategy.equally(models, new CoordinateMedian());
            case "trimmed_mean" -> ElementwiseStrategy.equally(models, new TrimmedMean(args.number("trim")));
            case "krum" -> new Krum(models, args.integer("byzantine"), 1);
            case "multi_krum" -> new Krum(models, args.integer("byzantine"), args.integer("keep"));
            case "bulyan" -> new Bulyan(models, args.integer("byzantine"));
            case "geometric_median" -> new GeometricMedian(models, args.integer("iterations"));
            case "dp_fed_avg" ->
                new ClippedNoise(
                        models, args.number("clip_norm"), args.number("noise_multiplier"), args.number("delta"));
            case "scaffold" -> new Scaffold(models, args.number("learning_rate"));
            default -> throw new IllegalArgumentException("[strategy %s] is not made yet".formatted(spec.name()));
        };
    }

    private static Strategy adaptive(ModelArithmetic models, AdaptiveStep.Kind kind, Arguments args) {
        return ElementwiseStrategy.bySamples(
                models,
                new AdaptiveStep(
                        kind,
                        args.number("learning_rate"),
                        args.number("beta1"),
                        args.numberOr("beta2", 0),
                        args.number("tau")));
    }

    /// Writes the next global model, and the strategy's next state if it keeps one. Neither is synced to the disk.
    ///
    /// @throws dev.roundelay.tensors.TensorFormatException if an update does not fit the global model
    Outcome aggregate(Input input) throws IOException;

    /// What an aggregation needs.
    ///
    /// @param global   the model from which the members trained; open, and left open
    /// @param state    the state that goes with it; null if there is none
    /// @param updates  the members' updates, ascending by shard, at least one; open, and left open
    /// @param shards   the shards of the members
    /// @param metrics  what each training returned beside weights and samples
    /// @param sites    how many shards the job has
    /// @param metadata strings for the new model's file
    /// @param out      file to write; must not exist
    /// @param stateOut file to write the next state to; must not exist
    record Input(
            SafetensorsReader global,
            @Nullable Path state,
            List<WeightedUpdate> updates,
            List<Integer> shards,
            List<Map<String, Double>> metrics,
            int sites,
            Map<String, String> metadata,
            Path out,
            Path stateOut) {
        public Input {
            updates = List.copyOf(updates);
            shards = List.copyOf(shards);
            metrics = List.copyOf(metrics);
            metadata = Map.copyOf(metadata);
        }

        List<SafetensorsReader> files() {
            return updates.stream().map(WeightedUpdate::update).toList();
        }
    }

    /// What an aggregation made.
    ///
    /// @param hasState whether a state was written
    /// @param metrics  of the strategy itself, such as how many updates were cut
    /// @param remarks  what a user should know, one line each, such as which sites were left out
    record Outcome(boolean hasState, Map<String, Double> metrics, List<String> remarks) {
        static final Outcome PLAIN = new Outcome(false, Map.of(), List.of());

        public Outcome {
            metrics = Map.copyOf(metrics);
            remarks = List.copyOf(remarks);
        }
    }

    /// The values of a strategy's parameters.
    record Arguments(Map<String, Double> values) {
        double number(String name) {
            Double value = values.get(name);
            if (value == null) {
                throw new IllegalStateException("[strategy] there is no parameter " + name);
            }
            return value;
        }

        double numberOr(String name, double other) {
            return values.getOrDefault(name, other);
        }

        int integer(String name) {
            return (int) Math.round(number(name));
        }
    }
}
