package dev.roundelay.federation.strategy;

import static dev.roundelay.federation.strategy.StrategyDefinition.Parameter.integer;
import static dev.roundelay.federation.strategy.StrategyDefinition.Parameter.number;

import dev.roundelay.federation.strategy.StrategyDefinition.Needs;
import dev.roundelay.federation.strategy.StrategyDefinition.Parameter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All strategies that a job may ask for.
public final class StrategyCatalogue {
    private static final Parameter STEP =
            number("learning_rate", 0.1, "size of the step").moreThan(0);
    private static final Parameter TAU =
            number("tau", 0.001, "how adaptive the step is: smaller is more").moreThan(0);
    private static final Parameter BETA1 = number("beta1", 0.9, "how long the mean of the steps remembers")
            .atLeast(0)
            .lessThan(1);
    private static final Parameter BETA2 = number("beta2", 0.99, "how long the mean of their squares remembers")
            .atLeast(0)
            .lessThan(1);
    private static final Parameter BYZANTINE =
            integer("byzantine", 1, "how many sites may be hostile").atLeast(0);
    private static final String SCAFFOLD = "scaffold";
    private static final String REDDI = "Reddi et al., 2021, Adaptive federated optimization";
    private static final String YIN =
            "Yin et al., 2018, Byzantine-robust distributed learning: towards optimal statistical rates";
    private static final String BLANCHARD =
            "Blanchard et al., 2017, Machine learning with adversaries: Byzantine tolerant gradient descent";

    private static final List<StrategyDefinition> ALL = List.of(
            strategy(
                    "fed_avg",
                    "FedAvg",
                    "the mean, weighted by samples",
                    "McMahan et al., 2017, Communication-efficient learning of deep networks from decentralized data",
                    null),
            strategy(
                    "fed_avg_m",
                    "FedAvgM",
                    "the mean with momentum on the server",
                    "Hsu, Qi and Brown, 2019, Measuring the effects of non-identical data distribution for federated visual classification",
                    null,
                    number("learning_rate", 1.0, "step towards the mean of the updates: 1 takes it whole")
                            .moreThan(0),
                    number("momentum", 0.9, "how much of the last step goes on")
                            .atLeast(0)
                            .lessThan(1)),
            strategy(
                    "fed_adagrad",
                    "FedAdagrad",
                    "steps that shrink where updates were large",
                    REDDI,
                    null,
                    STEP,
                    number("beta1", 0.0, "how long the mean of the steps remembers")
                            .atLeast(0)
                            .lessThan(1),
                    TAU),
            strategy(
                    "fed_adam",
                    "FedAdam",
                    "Adam on the server, over the mean of the updates",
                    REDDI,
                    null,
                    STEP,
                    BETA1,
                    BETA2,
                    TAU),
            strategy(
                    "fed_yogi",
                    "FedYogi",
                    "as FedAdam, with steps that change more slowly",
                    REDDI,
                    null,
                    STEP,
                    BETA1,
                    BETA2,
                    TAU),
            strategy(
                    "fed_prox",
                    "FedProx",
                    "the mean; env[\"FEDPROX_MU\"] says how strongly a site is held to the global model",
                    "Li et al., 2020, Federated optimization in heterogeneous networks",
                    null,
                    number("mu", 0.01, "weight of mu/2 * |w - w_global|^2 in the loss; fl_train has to add it")
                            .atLeast(0)),
            strategy(
                            SCAFFOLD,
                            "SCAFFOLD",
                            "sites are kept from drifting apart: fl_train adds env[\"CORRECTION\"] to its gradients and returns steps and lr; samples do not count",
                            "Karimireddy et al., 2020, SCAFFOLD: stochastic controlled averaging for federated learning",
                            null,
                            number("learning_rate", 1.0, "step towards the mean of the updates: 1 takes it whole")
                                    .moreThan(0))
                    .returning(Scaffold.STEPS, Scaffold.STEP_SIZE),
            strategy("fed_median", "Median", "the median of each element; samples do not count", YIN, null),
            strategy(
                    "trimmed_mean",
                    "Trimmed mean",
                    "the mean of each element without the extremes; samples do not count",
                    YIN,
                    null,
                    number("trim", 0.2, "part of the sites that is left out at each end")
                            .atLeast(0)
                            .lessThan(0.5)),
            strategy(
                    "krum",
                    "Krum",
                    "the one update with the nearest neighbours",
                    BLANCHARD,
                    new Needs(3, 2),
                    BYZANTINE),
            strategy(
                    "multi_krum",
                    "Multi-Krum",
                    "the mean of the updates with the nearest neighbours; samples do not count",
                    BLANCHARD,
                    new Needs(3, 2),
                    BYZANTINE,
                    integer("keep", 0, "how many updates are averaged; 0: all but the hostile ones")
                            .atLeast(0)),
            strategy(
                    "bulyan",
                    "Bulyan",
                    "Krum's choice, then the mean of each element's nearest to the median",
                    "El Mhamdi, Guerraoui and Rouault, 2018, The hidden vulnerability of distributed learning in Byzantium",
                    new Needs(3, 4),
                    BYZANTINE),
            strategy(
                    "geometric_median",
                    "Geometric median",
                    "the point with the least sum of distances to the updates; samples do not count",
                    "Pillutla, Kakade and Harchaoui, 2022, Robust aggregation for federated learning",
                    null,
                    integer("iterations", 100, "most steps of the smoothed Weiszfeld algorithm")
                            .atLeast(1)
                            .atMost(10000)),
            strategy(
                    "dp_fed_avg",
                    "Clipped mean with noise",
                    "updates are cut to a norm, and Gaussian noise makes the model differentially private; samples do not count",
                    "McMahan et al., 2018, Learning differentially private recurrent language models",
                    null,
                    number("clip_norm", 1.0, "largest norm of a site's change of the model")
                            .moreThan(0),
                    number("noise_multiplier", 1.0, "standard deviation of the noise in units of clip_norm; 0: none")
                            .atLeast(0),
                    number("delta", 1e-05, "the delta for which epsilon is reported")
                            .moreThan(0)
                            .lessThan(1)));

    private StrategyCatalogue() {}

    /// Returns all of them, the default first.
    public static List<StrategyDefinition> all() {
        return ALL;
    }

    public static Optional<StrategyDefinition> find(String name) {
        return ALL.stream().filter(strategy -> strategy.name().equals(name)).findFirst();
    }

    /// Returns what a strategy adds to the `env` of the training function.
    ///
    /// @param args without problems
    public static Map<String, Object> environment(String name, Map<String, Object> args) {
        return name.equals("fed_prox")
                ? find(name)
                        .map(prox -> Map.<String, Object>of(
                                "FEDPROX_MU", prox.values(args).getOrDefault("mu", 0.0)))
                        .orElse(Map.of())
                : Map.of();
    }

    /// Returns whether each site's training is given a correction of its gradients.
    public static boolean corrects(String name) {
        return name.equals(SCAFFOLD);
    }

    private static StrategyDefinition strategy(
            String name, String title, String summary, String paper, @Nullable Needs needs, Parameter... parameters) {
        return new StrategyDefinition(name, title, summary, paper, needs, List.of(parameters), List.of());
    }
}
