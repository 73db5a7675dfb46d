package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Makes the next model element by element by a rule. The bits depend on the inputs and their order alone, as those of
/// [FedAvg] do, and so does the use of memory. Safe for use by several threads.
///
/// @param executor as of [FedAvg]
/// @param threads  as of [FedAvg]
public record RuleAggregation(Executor executor, int threads) {
    /// What a rule works on.
    ///
    /// @param updates ascending by shard, at least one
    /// @param weights one for each update, finite; one of 0 takes no part
    /// @param global  the model that the updates started from
    /// @param state   what the rule has kept; null in the first round
    public record Input(
            List<SafetensorsReader> updates,
            double[] weights,
            SafetensorsReader global,
            @Nullable SafetensorsReader state) {}

    /// Writes the next model, and the next state if the rule keeps numbers. Neither file may exist; neither is synced.
    ///
    /// @throws IOException if a file cannot be written; a part of it may then be left
    public void run(ElementRule rule, Input input, Map<String, String> metadata, Path out, Path stateOut)
            throws IOException {
        AveragePlan plan = AveragePlan.of(input.updates(), input.weights(), 0, input.global());
        int members = input.updates().size();
        try (TensorFile file = TensorFile.create(out, input.global().layout(), metadata)) {
            if (rule.keptNumbers() == 0) {
                ParallelRanges.run(executor, threads, plan.ranges(), () -> new RangeRule(rule, members, file, null));
                return;
            }
            try (KeptNumbers kept = KeptNumbers.create(rule, input.global().layout(), input.state(), stateOut)) {
                ParallelRanges.run(executor, threads, plan.ranges(), () -> new RangeRule(rule, members, file, kept));
            }
        }
    }
}
