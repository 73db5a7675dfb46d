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
    /// @param entry the tensor's place in the global model
    /// @param global the tensor in the global model
    /// @param inputs the tensor in each update that weighs, in shard order; none: the global model's is
    /// kept
    /// @param weights positive, one for each input
    /// @param total sum of the weights
    record TensorAverage(
            TensorLayout.Entry entry,
            MemorySegment global,
            List<MemorySegment> inputs,
            List<Double> weights,
            double total) {
        DType dtype() {
            return entry.dtype();
        }

        /// Returns where the tensor starts, in bytes from the start of the data.
        long outputOffset() {
            return entry.offset();
        }
    }

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
        double[] weights = updates.stream()
                .mapToDouble(update -> unweighted ? 1 : update.samples())
                .toArray();
        return of(updates.stream().map(WeightedUpdate::update).toList(), weights, totalSamples, global);
    }

    /// Returns the plan for any weights; an update of weight 0 takes no part.
    ///
    /// @param totalSamples for the result only
    static AveragePlan of(
            List<SafetensorsReader> updates, double[] weights, long totalSamples, SafetensorsReader global) {
        List<Range> ranges = new ArrayList<>();
        int averaged = 0;
        for (TensorLayout.Entry entry : global.layout().entries()) {
            TensorAverage tensor = tensor(entry, updates, weights, global);
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
            TensorLayout.Entry entry, List<SafetensorsReader> updates, double[] all, SafetensorsReader global) {
        List<MemorySegment> inputs = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        double total = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] > 0 && updates.get(i).layout().find(entry.name()).isPresent()) {
                inputs.add(updates.get(i).view(entry.name()).segment());
                weights.add(all[i]);
                total += all[i];
            }
        }
        return new TensorAverage(
                entry, global.view(entry.name()).segment(), List.copyOf(inputs), List.copyOf(weights), total);
    }

    private static void addRanges(List<Range> ranges, TensorAverage tensor, long elements) {
        for (long from = 0; from < elements; from += RANGE_ELEMENTS) {
            ranges.add(new Range(tensor, from, Math.min(elements, from + RANGE_ELEMENTS)));
        }
    }
}
