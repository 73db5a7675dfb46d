package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.TensorLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// One tensor of a [FoldedAverage]: where its sums lie, and what they are of.
final class FoldedTensor {
    private final TensorLayout.Entry entry;
    private final long start;
    private double total;
    private double added;
    private boolean folded;

    FoldedTensor(TensorLayout.Entry entry, long start) {
        this.entry = entry;
        this.start = start;
    }

    /// A part of an update.
    ///
    /// @param weight finite, > 0
    record Input(MemorySegment elements, double weight) {}

    /// Elements `from` (inclusive) to `to` (exclusive), at most [AveragePlan#RANGE_ELEMENTS].
    ///
    /// @param inputs what is to be added to their sums
    record Range(FoldedTensor tensor, List<Input> inputs, long from, long to) {
        int elementCount() {
            return (int) (to - from);
        }

        /// Returns where the sums lie in the file.
        long sumsAt() {
            return tensor.start + Double.BYTES * from;
        }

        /// Returns where the first update's elements lie in the file; of 64-bit dtypes only.
        long firstAt() {
            return tensor.start + Double.BYTES * (tensor.elements() + from);
        }

        /// Returns where a byte for each element says whether it was the same in all updates; of 64-bit dtypes only.
        long sameAt() {
            return tensor.start + 2L * Double.BYTES * tensor.elements() + from;
        }

        /// Returns whether there are sums already.
        boolean goesOn() {
            return tensor.folded;
        }
    }

    String name() {
        return entry.name();
    }

    TensorLayout.Entry entry() {
        return entry;
    }

    double total() {
        return total;
    }

    boolean isFolded() {
        return folded;
    }

    /// Returns whether a product may not fit float64, so that equal elements are kept apart.
    boolean isWide() {
        return entry.dtype() == DType.F64 || entry.dtype() == DType.I64;
    }

    /// Returns where its part of the file ends.
    long end() {
        return start + (isWide() ? 2L * Double.BYTES + 1 : Double.BYTES) * elements();
    }

    List<Range> ranges(List<Input> inputs) {
        added = 0;
        for (Input input : inputs) {
            added += input.weight();
        }
        List<Range> ranges = new ArrayList<>();
        for (long from = 0; from < elements(); from += AveragePlan.RANGE_ELEMENTS) {
            ranges.add(new Range(this, inputs, from, Math.min(elements(), from + AveragePlan.RANGE_ELEMENTS)));
        }
        return ranges;
    }

    /// Its ranges are done.
    void folded() {
        total += added;
        folded = true;
    }

    /// Forgets what was folded.
    void clear() {
        total = 0;
        folded = false;
    }

    private long elements() {
        return entry.shape().elementCount();
    }
}
