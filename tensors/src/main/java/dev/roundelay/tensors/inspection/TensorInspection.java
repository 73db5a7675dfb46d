package dev.roundelay.tensors.inspection;

import dev.roundelay.tensors.checkpoint.CheckpointReader;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import dev.roundelay.tensors.tensor.StridedView;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Makes the rows of an inspector, in one pass over the elements and in the file's order. Stateless.
public final class TensorInspection {
    private static final int BLOCK_ELEMENTS = 1 << 13;

    private TensorInspection() {}

    /// @param reader stays open
    public static List<TensorRow> rows(SafetensorsReader reader) {
        List<TensorRow> rows = new ArrayList<>();
        for (TensorView tensor : reader.views()) {
            rows.add(row(tensor));
        }
        return rows;
    }

    /// @param reader stays open
    public static List<TensorRow> rows(CheckpointReader reader) {
        List<TensorRow> rows = new ArrayList<>();
        for (StridedView tensor : reader.tensors()) {
            rows.add(tensor.contiguous().map(TensorInspection::row).orElseGet(() -> row(tensor)));
        }
        return rows;
    }

    private static TensorRow row(TensorView tensor) {
        SquareSum sum = new SquareSum(tensor.dtype());
        long elements = tensor.shape().elementCount();
        for (long from = 0; from < elements; from += BLOCK_ELEMENTS) {
            int count = (int) Math.min(BLOCK_ELEMENTS, elements - from);
            sum.add(tensor.segment(), from * tensor.dtype().byteSize(), count);
        }
        return row(tensor.spec(), sum);
    }

    private static TensorRow row(StridedView tensor) {
        SquareSum sum = new SquareSum(tensor.spec().dtype());
        MemorySegment block = MemorySegment.ofArray(new byte[BLOCK_ELEMENTS * Long.BYTES]);
        long elements = tensor.spec().shape().elementCount();
        for (long from = 0; from < elements; from += BLOCK_ELEMENTS) {
            int count = (int) Math.min(BLOCK_ELEMENTS, elements - from);
            tensor.gather(from, count, block);
            sum.add(block, 0, count);
        }
        return row(tensor.spec(), sum);
    }

    private static TensorRow row(TensorSpec spec, SquareSum sum) {
        return new TensorRow(spec.name(), spec.dtype(), spec.shape(), spec.byteSize(), Math.sqrt(sum.total));
    }

    /// A running sum of squares.
    private static final class SquareSum {
        private final DType dtype;
        private final double[] elements = new double[BLOCK_ELEMENTS];
        private double total;

        SquareSum(DType dtype) {
            this.dtype = dtype;
        }

        void add(MemorySegment segment, long at, int count) {
            Elements.decode(dtype, segment, at, count, elements);
            for (int i = 0; i < count; i++) {
                total += elements[i] * elements[i];
            }
        }
    }
}
