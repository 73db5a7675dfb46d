package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.TensorLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Who takes part in which tensor's average, cut into ranges of elements that threads work on
/// independently.
///
/// @param ranges all elements of the global model, in order
record AveragePlan(List<Range> ranges, AggregationResult result) {
    /// Elements of a range: its output fits a buffer that stays in the L2 cache, and is one write.
    static final int RANGE_ELEMENTS = 1 << 16;

    /// The inputs of one tensor.
    ///
    /// @param outputOffset where the tensor starts, in bytes from the start of the data
    /// @param global the tensor in the global model
    /// @param inputs the tensor in each update that weighs, in shard order; none: the global model's is
    /// kept
    /// @param weights positive, one for each input
    /// @param total sum of the weights
    record TensorAverage(
            DType dtype,
            long outputOffset,
            MemorySegment global,
            List<MemorySegment> inputs,
            List<Double> weights,
            double total) {}

    /// Elements `from` (inclusive) to `to` (exclusive) of a tensor, at most [#RANGE_ELEMENTS].
    record Range(TensorAverage tensor, long from, long to) {
        int elementCount() {
            return (int) (to - from);
        }
    }

    static AveragePlan of(List<WeightedUpdate> updates, SafetensorsReader global) {
        long totalSamples = 0;
        for (WeightedUpdate update : updates) {
            totalSamples = Math.addExact(totalSamples, update.samples());
        }
        boolean unweighted = totalSamples == 0;
        List<Range> ranges = new ArrayList<>();
        int averaged = 0;
        for (TensorLayout.Entry entry : global.layout().entries()) {
            TensorAverage tensor = tensor(entry, updates, unweighted, global);
            averaged += tensor.inputs().isEmpty() ? 0 : 1;
            addRanges(ranges, tensor, entry.shape().elementCount());
        }
        int kept = global.layout().entries().size() - averaged;
        return new AveragePlan(
                List.copyOf(ranges),
                new AggregationResult(
                        updates.size(),
                        totalSamples,
                        averaged,
                        kept,
                        global.layout().byteSize()));
    }

    private static TensorAverage tensor(
            TensorLayout.Entry entry, List<WeightedUpdate> updates, boolean unweighted, SafetensorsReader global) {
        List<MemorySegment> inputs = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        long total = 0;
        for (WeightedUpdate update : updates) {
            long weight = unweighted ? 1 : update.samples();
            if (weight > 0 && update.update().layout().find(entry.name()).isPresent()) {
                inputs.add(update.update().view(entry.name()).segment());
                weights.add((double) weight);
                total += weight;
            }
        }
        return new TensorAverage(
                entry.dtype(),
                entry.offset(),
                global.view(entry.name()).segment(),
                List.copyOf(inputs),
                List.copyOf(weights),
                (double) total);
    }

    private static void addRanges(List<Range> ranges, TensorAverage tensor, long elements) {
        for (long from = 0; from < elements; from += RANGE_ELEMENTS) {
            ranges.add(new Range(tensor, from, Math.min(elements, from + RANGE_ELEMENTS)));
        }
    }
}
