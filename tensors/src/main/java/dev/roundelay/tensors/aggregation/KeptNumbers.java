package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.aggregation.AveragePlan.TensorAverage;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The numbers that a rule keeps from round to round: read from the state before, written to the next one. In a state
/// file the k-th numbers of tensor `w` are the tensor `k/w`.
final class KeptNumbers implements AutoCloseable {
    private final @Nullable SafetensorsReader before;
    private final TensorLayout layout;
    private final TensorFile file;

    private KeptNumbers(@Nullable SafetensorsReader before, TensorLayout layout, TensorFile file) {
        this.before = before;
        this.layout = layout;
        this.file = file;
    }

    /// Begins a state file.
    ///
    /// @param before the state before; null in the first round
    /// @param out    must not exist
    static KeptNumbers create(ElementRule rule, TensorLayout model, @Nullable SafetensorsReader before, Path out)
            throws IOException {
        List<TensorSpec> specs = new ArrayList<>();
        for (int k = 0; k < rule.keptNumbers(); k++) {
            for (TensorLayout.Entry entry : model.entries()) {
                if (rule.takes(entry.dtype())) {
                    specs.add(new TensorSpec(name(k, entry.name()), dtype(entry.dtype()), entry.shape()));
                }
            }
        }
        TensorLayout layout = TensorLayout.of(specs);
        return new KeptNumbers(before, layout, TensorFile.create(out, layout, Map.of()));
    }

    /// Returns how the numbers of a tensor are kept.
    static DType dtype(DType tensor) {
        return tensor == DType.F64 ? DType.F64 : DType.F32;
    }

    private static String name(int k, String tensor) {
        return k + "/" + tensor;
    }

    /// Returns the numbers before, or null if there are none.
    @Nullable
    MemorySegment before(int k, TensorAverage tensor) {
        String name = name(k, tensor.entry().name());
        return before == null || before.layout().find(name).isEmpty()
                ? null
                : before.view(name).segment();
    }

    void write(int k, TensorAverage tensor, long from, ByteBuffer numbers) throws IOException {
        TensorLayout.Entry entry = layout.entry(name(k, tensor.entry().name()));
        file.write(entry.offset() + from * entry.dtype().byteSize(), numbers);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
