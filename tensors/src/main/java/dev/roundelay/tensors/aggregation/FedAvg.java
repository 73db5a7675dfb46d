package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.UpdateCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/// Averages updates by their samples (McMahan et al., 2017).
///
/// For each element: `sum = samples[0] * x[0]`, then `sum = sum + samples[i] * x[i]` in the order of the
/// updates,
/// each
/// product and sum rounded to float64;
/// the result is `sum / total`, rounded once more to the tensor's dtype, half to even (integers too).
/// Exceptions, in
/// this order:
///  - Updates with 0 samples are left out, unless all have 0: then all weigh the same.
///  - A tensor is averaged over the updates that have it; one that no (weighing) update has stays as in the
///    global
/// model.
///  - BOOL: true where the updates with true have at least half of the samples.
///  - F64 and I64: an element that is the same in all updates stays as it is, since a product may not fit
///    float64.
///  - NaN results are the dtype's canonical NaN.
///
/// The bits depend on nothing but the updates and their order: not on the number of threads, since one
/// element's
/// additions are never split, nor on
/// the instructions that the JIT chooses, since none of them may fuse or reorder.
///
/// Memory: the inputs are read through their maps and the output is written in blocks, so only some hundred
/// KiB per
/// thread are used, whatever the size of
/// the model and the number of updates. Safe for use by several threads.
public final class FedAvg {
    private final Executor executor;
    private final int threads;

    /// @param executor runs `threads - 1` tasks at a time beside the calling thread; if it is busy, the
    /// calling
    /// thread
    /// does their part
    /// @param threads upper bound of threads at work, >= 1
    public FedAvg(Executor executor, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        this.executor = executor;
        this.threads = threads;
    }

    /// Writes the average as a new safetensors file with the names, dtypes, shapes and order of the global
    /// model.
    ///
    /// @param updates at least one, in ascending shard order; already checked by [UpdateCheck]
    /// @param global the model that the updates started from
    /// @param metadata strings for the new file
    /// @param out must not exist; not synced to disk
    /// @throws TensorFormatException if an update's layout does not fit the global model's
    /// @throws IOException if the file cannot be written; a part of it may then be left
    public AggregationResult aggregate(
            List<WeightedUpdate> updates, SafetensorsReader global, Map<String, String> metadata, Path out)
            throws IOException {
        try (TensorFile file = TensorFile.create(out, global.layout(), metadata)) {
            return aggregate(updates, global, file);
        }
    }

    /// Hands the average's elements to `sink`, in the global model's layout.
    ///
    /// @param updates at least one, in ascending shard order; already checked by [UpdateCheck]
    /// @throws TensorFormatException if an update's layout does not fit the global model's
    /// @throws IOException if the sink throws it, or if the thread is interrupted
    public AggregationResult aggregate(List<WeightedUpdate> updates, SafetensorsReader global, BlockSink sink)
            throws IOException {
        if (updates.isEmpty()) {
            throw new IllegalArgumentException("an average needs at least one update");
        }
        for (WeightedUpdate update : updates) {
            UpdateCheck.requireLayout(update.update(), global);
        }
        AveragePlan plan = AveragePlan.of(updates, global);
        ParallelRanges.run(executor, threads, plan.ranges(), () -> new RangeAverage(sink));
        return plan.result();
    }

    /// Averages by any weights, as [#aggregate(List, SafetensorsReader, Map, Path)] does by samples.
    ///
    /// @param weights finite, 0 or more, not all 0; an update of weight 0 takes no part
    public AggregationResult aggregate(
            List<SafetensorsReader> updates,
            double[] weights,
            SafetensorsReader global,
            Map<String, String> metadata,
            Path out)
            throws IOException {
        AveragePlan plan = AveragePlan.of(updates, weights, 0, global);
        try (TensorFile file = TensorFile.create(out, global.layout(), metadata)) {
            ParallelRanges.run(executor, threads, plan.ranges(), () -> new RangeAverage(file));
        }
        return plan.result();
    }
}
