package dev.roundelay.tensors.aggregation;

import dev.roundelay.tensors.aggregation.AveragePlan.Range;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;

/// How far updates are from each other and from the global model, over all floating tensors, in float64. A tensor that
/// an update lacks is taken as the global model's. The numbers do not depend on the threads. Safe for use by several
/// threads.
///
/// @param executor as of [FedAvg]
/// @param threads  as of [FedAvg]
public record UpdateGeometry(Executor executor, int threads) {
    /// Bound of the memory for partial sums, in numbers.
    private static final int MOST_PARTIAL_SUMS = 1 << 22;

    private static final int MOST_CHUNKS = 64;

    /// Returns the squared Euclidean distances of all pairs; `[i][j]` is that of updates i and j.
    public double[][] squaredDistances(List<SafetensorsReader> updates, SafetensorsReader global) throws IOException {
        int count = updates.size();
        double[] sums = sums(updates, global, count * (count - 1) / 2, RangeGeometry::addPairs);
        double[][] distances = new double[count][count];
        int at = 0;
        for (int i = 0; i < count; i++) {
            for (int j = i + 1; j < count; j++) {
                distances[i][j] = sums[at++];
                distances[j][i] = distances[i][j];
            }
        }
        return distances;
    }

    /// Returns the Euclidean norm of each update minus the global model.
    public double[] norms(List<SafetensorsReader> updates, SafetensorsReader global) throws IOException {
        return Arrays.stream(sums(updates, global, updates.size(), RangeGeometry::addNorms))
                .map(Math::sqrt)
                .toArray();
    }

    /// A part of the model whose sums are added up by one thread, in order.
    private record Chunk(List<Range> ranges, double[] sums) {}

    private interface Adder {
        void add(RangeGeometry geometry, int count, double[] sums);
    }

    private double[] sums(List<SafetensorsReader> updates, SafetensorsReader global, int width, Adder adder)
            throws IOException {
        double[] equal = new double[updates.size()];
        Arrays.fill(equal, 1);
        List<Range> ranges = AveragePlan.of(updates, equal, 0, global).ranges().stream()
                .filter(range -> range.tensor().dtype().isFloating())
                .toList();
        List<Chunk> chunks = chunks(ranges, width);
        ParallelRanges.run(executor, threads, chunks, () -> {
            RangeGeometry geometry = new RangeGeometry(updates, global);
            return chunk -> {
                for (Range range : chunk.ranges()) {
                    geometry.walk(range, count -> adder.add(geometry, count, chunk.sums()));
                }
            };
        });
        double[] all = new double[width];
        for (Chunk chunk : chunks) {
            for (int i = 0; i < width; i++) {
                all[i] += chunk.sums()[i];
            }
        }
        return all;
    }

    // As many as memory allows, whatever the number of threads: the order of the additions hangs on it.
    private static List<Chunk> chunks(List<Range> ranges, int width) {
        int wanted = Math.clamp(MOST_PARTIAL_SUMS / Math.max(1, width), 1, MOST_CHUNKS);
        int each = Math.max(1, Math.ceilDiv(ranges.size(), wanted));
        List<Chunk> chunks = new ArrayList<>();
        for (int from = 0; from < ranges.size(); from += each) {
            chunks.add(new Chunk(ranges.subList(from, Math.min(ranges.size(), from + each)), new double[width]));
        }
        return chunks;
    }

    /// One thread's blocks.
    private static final class RangeGeometry {
        private final List<SafetensorsReader> updates;
        private final SafetensorsReader model;
        private final double[][] inputs;
        private final double[] global = new double[RangeAverage.BLOCK_ELEMENTS];

        RangeGeometry(List<SafetensorsReader> updates, SafetensorsReader model) {
            this.updates = updates;
            this.model = model;
            this.inputs = new double[updates.size()][RangeAverage.BLOCK_ELEMENTS];
        }

        private interface BlockOf {
            void accept(int count);
        }

        void walk(Range range, BlockOf work) {
            String name = range.tensor().entry().name();
            DType dtype = range.tensor().dtype();
            for (int done = 0; done < range.elementCount(); done += RangeAverage.BLOCK_ELEMENTS) {
                int count = Math.min(RangeAverage.BLOCK_ELEMENTS, range.elementCount() - done);
                long at = (range.from() + done) * dtype.byteSize();
                Elements.decode(dtype, model.view(name).segment(), at, count, global);
                for (int i = 0; i < inputs.length; i++) {
                    if (updates.get(i).layout().find(name).isPresent()) {
                        Elements.decode(dtype, updates.get(i).view(name).segment(), at, count, inputs[i]);
                    } else {
                        System.arraycopy(global, 0, inputs[i], 0, count);
                    }
                }
                work.accept(count);
            }
        }

        void addPairs(int count, double[] sums) {
            int at = 0;
            for (int i = 0; i < inputs.length; i++) {
                for (int j = i + 1; j < inputs.length; j++) {
                    sums[at++] += squaredDistance(inputs[i], inputs[j], count);
                }
            }
        }

        void addNorms(int count, double[] sums) {
            for (int i = 0; i < inputs.length; i++) {
                sums[i] += squaredDistance(inputs[i], global, count);
            }
        }

        private static double squaredDistance(double[] a, double[] b, int count) {
            // Four sums, so that no addition waits for the one before.
            double s0 = 0;
            double s1 = 0;
            double s2 = 0;
            double s3 = 0;
            int i = 0;
            for (; i + 3 < count; i += 4) {
                double d0 = a[i] - b[i];
                double d1 = a[i + 1] - b[i + 1];
                double d2 = a[i + 2] - b[i + 2];
                double d3 = a[i + 3] - b[i + 3];
                s0 += d0 * d0;
                s1 += d1 * d1;
                s2 += d2 * d2;
                s3 += d3 * d3;
            }
            for (; i < count; i++) {
                double d = a[i] - b[i];
                s0 += d * d;
            }
            return (s0 + s1) + (s2 + s3);
        }
    }
}
