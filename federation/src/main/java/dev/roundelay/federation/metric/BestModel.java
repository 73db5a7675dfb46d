package dev.roundelay.federation.metric;

import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunSpec.Select;
import dev.roundelay.federation.round.RoundState;
import java.util.List;
import java.util.Optional;

/// The best model of a run so far by the metric that the submitter chose. Pure: a restart comes to the same one.
///
/// @param model  number of the model
/// @param value  of the metric, in the round that made it
/// @param behind rounds with a value of the metric that came after it
public record BestModel(int model, double value, int behind) {
    /// Looks through the committed rounds, ascending; of equal models the earlier one is the best. Empty if no round
    /// has the metric.
    public static Optional<BestModel> of(Select select, List<RoundRecord> rounds) {
        BestModel best = null;
        for (RoundRecord round : rounds) {
            Double value = round.state() == RoundState.COMMITTED
                    ? RoundMetrics.of(round).get(select.metric())
                    : null;
            if (value == null) {
                continue;
            }
            best = best == null || isBetter(select, value, best.value())
                    ? new BestModel(round.number() + 1, value, 0)
                    : new BestModel(best.model(), best.value(), best.behind() + 1);
        }
        return Optional.ofNullable(best);
    }

    /// Tells whether the run has reached its target, or has waited long enough for a better model.
    public boolean endsRun(Select select) {
        Double target = select.target();
        boolean reached = target != null && (select.maximise() ? value >= target : value <= target);
        Integer patience = select.patience();
        return reached || (patience != null && behind >= patience);
    }

    private static boolean isBetter(Select select, double value, double than) {
        return select.maximise() ? value > than : value < than;
    }
}
