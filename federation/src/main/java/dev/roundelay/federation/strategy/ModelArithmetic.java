package dev.roundelay.federation.strategy;

import dev.roundelay.tensors.aggregation.ControlVariates;
import dev.roundelay.tensors.aggregation.FedAvg;
import dev.roundelay.tensors.aggregation.RuleAggregation;
import dev.roundelay.tensors.aggregation.UpdateGeometry;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// The arithmetic of whole models, and where keys come from.
///
/// @param secrets what it gives cannot be guessed
public record ModelArithmetic(
        FedAvg mean,
        RuleAggregation rules,
        UpdateGeometry geometry,
        ControlVariates controls,
        RandomGenerator secrets) {
    /// Returns the arithmetic on an executor.
    ///
    /// @param threads upper bound of threads at work for one model
    public static ModelArithmetic on(Executor executor, int threads, RandomGenerator secrets) {
        return new ModelArithmetic(
                new FedAvg(executor, threads),
                new RuleAggregation(executor, threads),
                new UpdateGeometry(executor, threads),
                new ControlVariates(executor, threads),
                secrets);
    }
}
