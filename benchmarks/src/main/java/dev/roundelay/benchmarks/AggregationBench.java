package dev.roundelay.benchmarks;

import dev.roundelay.tensors.aggregation.FedAvg;
import dev.roundelay.tensors.aggregation.WeightedUpdate;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Times the average of 10 updates of 25 M float32 in 161 tensors, from files in the page cache.
///
/// Each repeat opens (maps and checks) all files, averages, drops the result, and unmaps. Prints the
/// minimum and the
/// median of wall and CPU time.
/// Arguments: folder for 1.1 GB of files, repeats (default 21), threads (default: all cores).
public final class AggregationBench {
    private static final int UPDATES = 10;
    private static final int TENSORS = 161;
    private static final int LARGE_TENSORS = 54;
    private static final long ELEMENTS = 25_000_000;
    private static final int SMALL_TENSOR_ELEMENTS = 512;
    private static final int WARM_UP_REPEATS = 5;

    private AggregationBench() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory(Path.of(arguments[0]), "aggregation-bench");
        int repeats = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 21;
        int threads = arguments.length > 2
                ? Integer.parseInt(arguments[2])
                : Runtime.getRuntime().availableProcessors();
        List<Path> files = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i <= UPDATES; i++) {
                Path file = folder.resolve("update" + i + ".safetensors");
                files.add(file);
                writeModel(file, i);
            }
            run(new FedAvg(executor, threads), files, repeats, threads);
        } finally {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.delete(folder);
        }
    }

    private static void run(FedAvg average, List<Path> files, int repeats, int threads) throws IOException {
        for (int i = 0; i < WARM_UP_REPEATS; i++) {
            aggregate(average, files);
        }
        List<Double> wall = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        for (int i = 0; i < repeats; i++) {
            long cpuBefore = cpuNanos();
            long before = System.nanoTime();
            aggregate(average, files);
            wall.add((System.nanoTime() - before) / 1e9);
            cpu.add((cpuNanos() - cpuBefore) / 1e9);
        }
        System.out.printf(
                Locale.ROOT,
                "aggregate %d x %d float32 in %d tensors, fresh maps, %d threads, %d repeats: wall min %.3f median %.3f s,"
                        + " cpu min %.3f median %.3f s%n",
                UPDATES,
                ELEMENTS,
                TENSORS,
                threads,
                repeats,
                min(wall),
                median(wall),
                min(cpu),
                median(cpu));
    }

    private static void aggregate(FedAvg average, List<Path> files) throws IOException {
        List<SafetensorsReader> updates = new ArrayList<>();
        try (SafetensorsReader global = SafetensorsReader.open(files.getFirst())) {
            List<WeightedUpdate> weighted = new ArrayList<>();
            for (Path file : files.subList(1, files.size())) {
                SafetensorsReader update = SafetensorsReader.open(file);
                updates.add(update);
                weighted.add(new WeightedUpdate(update, 1000 + weighted.size()));
            }
            average.aggregate(weighted, global, (_, _) -> {});
        } finally {
            updates.forEach(SafetensorsReader::close);
        }
    }

    private static TensorLayout layout() {
        List<TensorSpec> specs = new ArrayList<>();
        long left = ELEMENTS - (long) (TENSORS - LARGE_TENSORS) * SMALL_TENSOR_ELEMENTS;
        for (int i = 0; i < TENSORS; i++) {
            boolean large = i < LARGE_TENSORS;
            long size = large ? left / (LARGE_TENSORS - i) : SMALL_TENSOR_ELEMENTS;
            left -= large ? size : 0;
            specs.add(new TensorSpec("layer" + i + ".weight", DType.F32, Shape.of(size)));
        }
        return TensorLayout.of(specs);
    }

    private static void writeModel(Path file, long seed) throws IOException {
        TensorLayout layout = layout();
        Random random = new Random(seed);
        ByteBuffer block = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            channel.write(ByteBuffer.wrap(SafetensorsWriter.header(layout, Map.of())));
            for (long done = 0; done < layout.byteSize(); done += block.position()) {
                block.clear().limit((int) Math.min(block.capacity(), layout.byteSize() - done));
                while (block.hasRemaining()) {
                    block.putFloat(random.nextFloat() - 0.5f);
                }
                channel.write(block.flip());
            }
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime();
    }

    private static double min(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
