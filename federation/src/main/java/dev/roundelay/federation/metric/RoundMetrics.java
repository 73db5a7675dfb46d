package dev.roundelay.federation.metric;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.Validation;
import dev.roundelay.kernel.journal.MetricNames;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The metrics of a round: what training returned, and what validation of the model that the round made returned. A
/// validation metric whose name training uses too is shown as `val_<name>`.
public final class RoundMetrics {
    private static final String VALIDATION_PREFIX = "val_";

    private RoundMetrics() {}

    /// Keeps what can be shown: valid names, finite values.
    public static Map<String, Double> usable(Map<String, Double> metrics) {
        var usable = new TreeMap<String, Double>();
        metrics.forEach((name, value) -> {
            if (MetricNames.isValid(name) && Double.isFinite(value)) {
                usable.put(name, value);
            }
        });
        return usable;
    }

    /// Returns the means of the members' training metrics.
    public static Map<String, Double> ofTraining(Collection<Contribution> members) {
        var means = new WeightedMeans();
        members.forEach(member -> means.add(member.metrics(), member.samples()));
        return means.means();
    }

    /// Returns the means of the members' training metrics, and the strategy's own under names that training does not
    /// use.
    public static Map<String, Double> ofTraining(Collection<Contribution> members, Map<String, Double> strategy) {
        var all = new TreeMap<>(strategy);
        all.putAll(ofTraining(members));
        return all;
    }

    /// Returns the means of the validations of one model.
    ///
    /// @param taken names of the training metrics of the round that made the model
    public static Map<String, Double> ofValidation(Collection<Validation> validations, Set<String> taken) {
        var means = new WeightedMeans();
        validations.forEach(validation -> means.add(validation.metrics(), validation.samples()));
        return renamed(means.means(), taken);
    }

    /// Renames the validation metrics whose names are taken.
    public static Map<String, Double> renamed(Map<String, Double> metrics, Set<String> taken) {
        var renamed = new TreeMap<String, Double>();
        metrics.forEach((name, value) -> renamed.put(taken.contains(name) ? VALIDATION_PREFIX + name : name, value));
        return renamed;
    }

    /// Returns all global metrics of a round.
    public static Map<String, Double> of(RoundRecord round) {
        var all = new TreeMap<>(round.metrics());
        all.putAll(ofValidation(round.validations(), round.metrics().keySet()));
        return all;
    }

    /// Returns all metrics of one site in a round.
    public static Map<String, Double> of(RoundRecord round, int shard) {
        var all = new TreeMap<String, Double>();
        round.contributions().stream()
                .filter(contribution -> contribution.shard() == shard)
                .forEach(contribution -> all.putAll(contribution.metrics()));
        round.validations().stream()
                .filter(validation -> validation.shard() == shard)
                .forEach(validation ->
                        all.putAll(renamed(validation.metrics(), round.metrics().keySet())));
        return all;
    }
}
