package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.UpdateCheck;
import dev.roundelay.tensors.tensor.TensorLayout;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/// The average of [FedAvg], made of its updates a few at a time, so that those that were taken in need not be kept: the
/// same bits, as the sums of the updates so far are kept in float64 on the disk and go on in the same order.
///
/// The file has 8 bytes for each element of the model, and 9 more for each of F64 and I64; only some hundred KiB of it
/// are in memory at a time. It is of no use without the object that wrote it. For one thread at a time.
public final class FoldedAverage implements AutoCloseable {
    private final Executor executor;
    private final int threads;
    private final FileChannel file;
    private final List<FoldedTensor> tensors = new ArrayList<>();
    private int updates;
    private long totalSamples;

    private FoldedAverage(Executor executor, int threads, FileChannel file, TensorLayout layout) {
        this.executor = executor;
        this.threads = threads;
        this.file = file;
        long at = 0;
        for (TensorLayout.Entry entry : layout.entries()) {
            FoldedTensor tensor = new FoldedTensor(entry, at);
            tensors.add(tensor);
            at = tensor.end();
        }
    }

    /// Starts with no updates.
    ///
    /// @param executor runs `threads - 1` tasks at a time beside the calling thread
    /// @param threads  upper bound of threads at work, >= 1
    /// @param file     must not exist; left to the caller to remove
    /// @param layout   of the global model
    public static FoldedAverage create(Executor executor, int threads, Path file, TensorLayout layout)
            throws IOException {
        return new FoldedAverage(
                executor,
                threads,
                FileChannel.open(
                        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                layout);
    }

    /// Returns the bytes of the file of a model.
    public static long bytesFor(TensorLayout layout) {
        long bytes = 0;
        for (TensorLayout.Entry entry : layout.entries()) {
            bytes = new FoldedTensor(entry, bytes).end();
        }
        return bytes;
    }

    /// Takes further updates in. After a fault only [#close] is of use.
    ///
    /// @param next   in ascending shard order, after those before; already checked by [UpdateCheck]
    /// @param global the model that they started from
    public void fold(List<WeightedUpdate> next, SafetensorsReader global) throws IOException {
        for (WeightedUpdate update : next) {
            UpdateCheck.requireLayout(update.update(), global);
        }
        long samples = totalSamples;
        for (WeightedUpdate update : next) {
            samples = Math.addExact(samples, update.samples());
        }
        boolean unweighted = samples == 0;
        if (totalSamples == 0 && !unweighted) {
            // Those so far weighed the same, as if none had samples: beside one that has, they take no part.
            tensors.forEach(FoldedTensor::clear);
        }
        List<FoldedTensor.Range> ranges = new ArrayList<>();
        List<FoldedTensor> reached = new ArrayList<>();
        for (FoldedTensor tensor : tensors) {
            List<FoldedTensor.Input> inputs = next.stream()
                    .filter(update -> unweighted || update.samples() > 0)
                    .filter(update ->
                            update.update().layout().find(tensor.name()).isPresent())
                    .map(update -> new FoldedTensor.Input(
                            update.update().view(tensor.name()).segment(), unweighted ? 1 : update.samples()))
                    .toList();
            if (!inputs.isEmpty()) {
                ranges.addAll(tensor.ranges(inputs));
                reached.add(tensor);
            }
        }
        ParallelRanges.run(executor, threads, ranges, () -> new RangeFold(file));
        reached.forEach(FoldedTensor::folded);
        totalSamples = samples;
        updates += next.size();
    }

    /// Writes the average of all that was taken in, as [FedAvg] does.
    ///
    /// @param global   the model that they started from
    /// @param metadata strings for the new file
    /// @param out      must not exist; not synced to disk
    public AggregationResult write(SafetensorsReader global, Map<String, String> metadata, Path out)
            throws IOException {
        if (updates == 0) {
            throw new IllegalArgumentException("an average needs at least one update");
        }
        List<FoldedTensor.Range> ranges = new ArrayList<>();
        tensors.forEach(tensor -> ranges.addAll(tensor.ranges(List.of())));
        try (TensorFile model = TensorFile.create(out, global.layout(), metadata)) {
            ParallelRanges.run(executor, threads, ranges, () -> new RangeMean(file, global, model));
        }
        int averaged = (int) tensors.stream().filter(FoldedTensor::isFolded).count();
        return new AggregationResult(
                updates,
                totalSamples,
                averaged,
                tensors.size() - averaged,
                global.layout().byteSize());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
