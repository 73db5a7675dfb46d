package dev.roundelay.federation.strategy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A strategy that a job may ask for: its name, what it is, and its parameters. [StrategyCatalogue] lists them.
///
/// @param paper where the method is from
/// @param needs     how many updates a round must have; null if one is enough
/// @param returned  scalars that each training must return, each above 0
public record StrategyDefinition(
        String name,
        String title,
        String summary,
        String paper,
        @Nullable Needs needs,
        List<Parameter> parameters,
        List<String> returned) {
    private static final String BYZANTINE = "byzantine";

    public StrategyDefinition {
        parameters = List.copyOf(parameters);
        returned = List.copyOf(returned);
    }

    /// Returns it for trainings that must return these scalars.
    StrategyDefinition returning(String... scalars) {
        return new StrategyDefinition(name, title, summary, paper, needs, parameters, List.of(scalars));
    }

    /// Returns what a training should have returned, as a number to reckon with, and did not.
    ///
    /// @param metrics what it returned beside weights and samples
    public List<String> missing(Map<String, Double> metrics) {
        List<String> missing = returned.stream()
                .filter(name -> !(metrics.getOrDefault(name, 0.0) > 0))
                .toList();
        if (!missing.isEmpty()) {
            return missing;
        }
        // Sums are divided by their product, which may be no number to divide by where each of them is one.
        double product = returned.stream()
                .mapToDouble(name -> metrics.getOrDefault(name, 0.0))
                .reduce(1, (one, other) -> one * other);
        return product >= Double.MIN_NORMAL && product < Double.POSITIVE_INFINITY ? List.of() : returned;
    }

    /// The least number of updates: `base + perByzantine * byzantine`.
    public record Needs(int base, int perByzantine) {}

    /// A parameter that is a number, whole ones included.
    ///
    /// @param whole        whether only whole numbers fit
    /// @param defaultValue what it is where the job does not say
    /// @param min          least value; null for none
    /// @param above        bound that is itself too small; null for none
    /// @param max          largest value; null for none
    /// @param below        bound that is itself too large; null for none
    public record Parameter(
            String name,
            boolean whole,
            double defaultValue,
            @Nullable Double min,
            @Nullable Double above,
            @Nullable Double max,
            @Nullable Double below,
            String help) {
        static Parameter number(String name, double defaultValue, String help) {
            return new Parameter(name, false, defaultValue, null, null, null, null, help);
        }

        static Parameter integer(String name, int defaultValue, String help) {
            return new Parameter(name, true, defaultValue, null, null, null, null, help);
        }

        Parameter atLeast(double bound) {
            return new Parameter(name, whole, defaultValue, bound, above, max, below, help);
        }

        Parameter moreThan(double bound) {
            return new Parameter(name, whole, defaultValue, min, bound, max, below, help);
        }

        Parameter atMost(double bound) {
            return new Parameter(name, whole, defaultValue, min, above, bound, below, help);
        }

        Parameter lessThan(double bound) {
            return new Parameter(name, whole, defaultValue, min, above, max, bound, help);
        }

        /// Returns what is wrong with a value, as `what; what to do`.
        Optional<String> problem(Object value) {
            if (!(value instanceof Number number) || !Double.isFinite(number.doubleValue())) {
                return Optional.of("'%s' is no number; use %s".formatted(value, range()));
            }
            double x = number.doubleValue();
            boolean fits = (min == null || x >= min)
                    && (above == null || x > above)
                    && (max == null || x <= max)
                    && (below == null || x < below)
                    && (!whole || x == Math.rint(x) && Math.abs(x) <= Integer.MAX_VALUE);
            return fits ? Optional.empty() : Optional.of("%s does not fit; use %s".formatted(value, range()));
        }

        private String range() {
            List<String> bounds = new ArrayList<>();
            bound(bounds, "at least ", min);
            bound(bounds, "more than ", above);
            bound(bounds, "at most ", max);
            bound(bounds, "less than ", below);
            String kind = whole ? "a whole number" : "a number";
            return bounds.isEmpty() ? kind : kind + " of " + String.join(" and ", bounds);
        }

        private static void bound(List<String> bounds, String words, @Nullable Double bound) {
            if (bound != null) {
                bounds.add(words + (bound == Math.rint(bound) ? Long.toString(bound.longValue()) : bound.toString()));
            }
        }
    }

    /// Returns what is wrong with arguments, each as `argument: what; what to do`.
    public List<String> problems(Map<String, Object> args) {
        List<String> problems = new ArrayList<>();
        new TreeMap<>(args)
                .forEach((name, value) -> parameter(name)
                        .ifPresentOrElse(
                                parameter ->
                                        parameter.problem(value).ifPresent(what -> problems.add(name + ": " + what)),
                                () -> problems.add("%s: %s has no such argument; %s"
                                        .formatted(name, this.name, ownParameters()))));
        return problems;
    }

    private String ownParameters() {
        return parameters.isEmpty()
                ? "it takes none"
                : "use one of "
                        + String.join(
                                ", ", parameters.stream().map(Parameter::name).toList());
    }

    private Optional<Parameter> parameter(String of) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(of))
                .findFirst();
    }

    /// Returns the value of each parameter: the argument, or its default.
    ///
    /// @param args without problems
    public Map<String, Double> values(Map<String, Object> args) {
        Map<String, Double> values = new TreeMap<>();
        for (Parameter parameter : parameters) {
            values.put(
                    parameter.name(),
                    args.get(parameter.name()) instanceof Number number
                            ? number.doubleValue()
                            : parameter.defaultValue());
        }
        return values;
    }

    /// Returns how many updates each round must have.
    ///
    /// @param args without problems
    public int neededUpdates(Map<String, Object> args) {
        return needs == null
                ? 1
                : needs.base()
                        + needs.perByzantine() * (int) Math.round(values(args).getOrDefault(BYZANTINE, 0.0));
    }
}
