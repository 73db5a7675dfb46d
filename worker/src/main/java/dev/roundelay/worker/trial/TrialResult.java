package dev.roundelay.worker.trial;

import dev.roundelay.contract.worker.FailureReport;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What came out. The form of `--json`.
///
/// @param ok         whether a job of this shard would have committed its round
/// @param samples    of the update
/// @param seconds    in the training function
/// @param modelBytes size of the update
/// @param training   metrics that `fl_train` returned
/// @param validation metrics of the trained model; empty without `fl_validate`
/// @param files      what was left in `out_dir`, by relative path
/// @param warnings   what went less than well
/// @param failure    reason, message and detail if it failed
record TrialResult(
        boolean ok,
        long samples,
        double seconds,
        long modelBytes,
        Map<String, Double> training,
        Map<String, Double> validation,
        List<String> files,
        List<String> warnings,
        @Nullable FailureReport failure) {
    static TrialResult failed(FailureReport failure, List<String> warnings) {
        return new TrialResult(false, 0, 0, 0, Map.of(), Map.of(), List.of(), warnings, failure);
    }
}
