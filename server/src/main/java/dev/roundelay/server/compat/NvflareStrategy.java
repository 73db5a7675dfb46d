package dev.roundelay.server.compat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.job.JobSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which strategy a workspace's workflow, aggregator and shareable generator ask for. Class names are matched against
/// closed lists; the arithmetic is the platform's own. An aggregator named `roundelay.<strategy>` is one of ours, with
/// its arguments.
final class NvflareStrategy {
    static final List<String> WORKFLOWS = List.of("ScatterAndGather", "ScatterAndGatherScaffold");

    private static final String OWN = "roundelay.";
    private static final String FED_OPT = "PTFedOptModelShareableGenerator";
    private static final List<String> AGGREGATORS =
            List.of("InTimeAccumulateWeightedAggregator", "AccumulateWeightedAggregator", "roundelay.<a strategy>");
    private static final List<String> GENERATORS = List.of("FullModelShareableGenerator", FED_OPT);
    private static final Map<String, Set<String>> OPTIMIZERS = Map.of(
            "SGD", Set.of("lr", "momentum"),
            "Adam", Set.of("lr", "betas", "eps"),
            "Adagrad", Set.of("lr", "eps"));

    private final List<String> warnings;
    private JobSpec.@Nullable Strategy chosen;

    /// @param workflow its class, one of [#WORKFLOWS]
    /// @param warnings what should be known is added
    NvflareStrategy(String workflow, List<String> warnings) {
        this.warnings = warnings;
        if (workflow.endsWith("ScatterAndGatherScaffold")) {
            chosen = new JobSpec.Strategy("scaffold", Map.of());
        }
    }

    /// @throws WorkspaceException `unsupported_workflow` with what is supported
    void aggregator(String where, JsonNode component) {
        String path = component.path("path").asText("");
        if (path.startsWith(OWN)) {
            choose(
                    where + ".path",
                    path,
                    new JobSpec.Strategy(path.substring(OWN.length()), WorkspaceParser.object(component.path("args"))));
            return;
        }
        WorkspaceParser.supported(WorkspaceParser.SERVER, where + ".path", path, AGGREGATORS);
        plainAverage(where + ".args", component.path("args"));
    }

    /// @throws WorkspaceException `unsupported_workflow` with what is supported
    void generator(String where, JsonNode component) {
        String path = component.path("path").asText("");
        WorkspaceParser.supported(WorkspaceParser.SERVER, where + ".path", path, GENERATORS);
        if (!path.endsWith(FED_OPT)) {
            return;
        }
        JsonNode args = component.path("args");
        if (!isEmpty(args.path("lr_scheduler_args"))) {
            throw unsupported(where + ".args", "lr_scheduler_args", "a learning rate that stays");
        }
        choose(where + ".path", path, optimizer(where + ".args.optimizer_args", args.path("optimizer_args")));
    }

    /// Returns what was asked for.
    JobSpec.Strategy chosen() {
        return chosen == null ? JobSpec.Strategy.fedAvg() : chosen;
    }

    private void choose(String field, String path, JobSpec.Strategy strategy) {
        if (chosen != null) {
            throw unsupported(field, path + " beside " + chosen.name(), "one of them");
        }
        chosen = strategy;
    }

    // The arguments that are not given are those of torch.
    private JobSpec.Strategy optimizer(String field, JsonNode optimizer) {
        String path = optimizer.path("path").asText("torch.optim.SGD");
        String name = path.substring(path.lastIndexOf('.') + 1);
        Set<String> known = OPTIMIZERS.get(name);
        if (known == null || !path.startsWith("torch.optim.")) {
            throw unsupported(field, path, "torch.optim.SGD, torch.optim.Adam, torch.optim.Adagrad");
        }
        JsonNode args = optimizer.path("args");
        for (Map.Entry<String, JsonNode> arg : args.properties()) {
            if (!known.contains(arg.getKey()) && !isEmpty(arg.getValue())) {
                throw unsupported(
                        field + ".args",
                        arg.getKey() + " = " + arg.getValue(),
                        String.join(", ", known.stream().sorted().toList()));
            }
        }
        return switch (name) {
            case "SGD" ->
                strategy(
                        "fed_avg_m",
                        Map.of("learning_rate", rate(args, 0.001), "momentum", value(args.path("momentum"), 0)));
            case "Adam" -> {
                warnings.add(
                        "[shareable_generator] torch.optim.Adam runs as the strategy fed_adam, which does not correct"
                                + " the bias of its first steps; see docs/strategies.md");
                JsonNode betas = args.path("betas");
                yield strategy(
                        "fed_adam",
                        Map.of(
                                "learning_rate", rate(args, 0.001),
                                "beta1", value(betas.path(0), 0.9),
                                "beta2", value(betas.path(1), 0.999),
                                "tau", value(args.path("eps"), 1e-8)));
            }
            default ->
                strategy(
                        "fed_adagrad",
                        Map.of("learning_rate", rate(args, 0.01), "tau", value(args.path("eps"), 1e-10)));
        };
    }

    // In the order of their names: Map.of has another one in each JVM.
    private static JobSpec.Strategy strategy(String name, Map<String, Object> args) {
        return new JobSpec.Strategy(name, new TreeMap<>(args));
    }

    private static Object rate(JsonNode args, double usual) {
        return value(args.path("lr"), usual);
    }

    // What is no number is kept as it is, for the check of the specification to name it.
    private static Object value(JsonNode value, double usual) {
        if (value.isMissingNode() || value.isNull()) {
            return usual;
        }
        return value.isNumber() ? value.asDouble() : value.toString();
    }

    /// Weights by site or left-out tensors would make another average than the one that is made here.
    private static void plainAverage(String field, JsonNode args) {
        for (Map.Entry<String, JsonNode> arg : args.properties()) {
            boolean usual = arg.getKey().equals("expected_data_kind")
                    || arg.getKey().equals("weigh_by_local_iter")
                            && arg.getValue().asBoolean(true)
                    || arg.getValue().isNull()
                    || arg.getValue().isContainerNode() && arg.getValue().isEmpty();
            if (!usual) {
                throw unsupported(field, arg.getKey() + " = " + arg.getValue(), "expected_data_kind");
            }
        }
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isMissingNode()
                || value.isNull()
                || value.isContainerNode() && value.isEmpty()
                || value.isNumber() && value.asDouble() == 0
                || value.isBoolean() && !value.asBoolean();
    }

    private static WorkspaceException unsupported(String field, String what, String supported) {
        return WorkspaceParser.unsupported(WorkspaceParser.SERVER, field, what, supported);
    }
}
