package dev.roundelay.tensors.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FedAvgTest {
    private static final Executor NO_THREADS = _ -> {
        throw new RejectedExecutionException("no threads here");
    };

    @TempDir
    Path folder;

    private final AtomicInteger files = new AtomicInteger();

    @Test
    void updates_weigh_as_much_as_their_samples() throws IOException {
        assertThat(averageOf(List.of(1L, 3L), List.of(floats("w", 0, 8), floats("w", 4, 0))))
                .containsExactly(3, 2);
    }

    @Test
    void updates_weigh_the_same_if_none_has_samples() throws IOException {
        assertThat(averageOf(List.of(0L, 0L), List.of(floats("w", 0, 8), floats("w", 4, 0))))
                .containsExactly(2, 4);
    }

    @Test
    void an_update_without_samples_has_no_say_beside_others() throws IOException {
        assertThat(averageOf(List.of(0L, 2L), List.of(floats("w", Float.NaN, 8), floats("w", 4, 0))))
                .containsExactly(4, 0);
    }

    @Test
    void a_tensor_is_averaged_over_those_that_sent_it_and_else_kept() throws IOException {
        Path global = write(floats("a", 1), floats("b", 2), floats("c", 3));
        Path first = write(floats("b", 10));
        Path second = write(floats("c", 30), floats("b", 20));
        Path out = next();

        try (SafetensorsReader model = SafetensorsReader.open(global);
                SafetensorsReader one = SafetensorsReader.open(first);
                SafetensorsReader two = SafetensorsReader.open(second)) {
            AggregationResult result = new FedAvg(NO_THREADS, 4)
                    .aggregate(
                            List.of(new WeightedUpdate(one, 1), new WeightedUpdate(two, 1)),
                            model,
                            Map.of("round", "5"),
                            out);
            assertThat(result).isEqualTo(new AggregationResult(2, 2, 2, 1, 12));
        }
        try (SafetensorsReader aggregate = SafetensorsReader.open(out)) {
            assertThat(aggregate.metadata()).containsEntry("round", "5");
            assertThat(aggregate.layout().entries())
                    .extracting(entry -> entry.name())
                    .containsExactly("a", "b", "c");
            assertThat(decode(aggregate.view("a"))).containsExactly(1);
            assertThat(decode(aggregate.view("b"))).containsExactly(15);
            assertThat(decode(aggregate.view("c"))).containsExactly(30);
        }
    }

    @Test
    void equal_updates_average_to_themselves_whatever_their_samples() throws IOException {
        Random random = new Random(5);
        for (DType dtype : DType.values()) {
            TensorView tensor = withoutNaN(RandomTensors.tensor(new TensorSpec("w", dtype, Shape.of(5000)), random));
            List<Long> samples =
                    List.of(3L, 7L, random.nextLong(WeightedUpdate.MAX_SAMPLES), WeightedUpdate.MAX_SAMPLES);

            assertThat(average(samples, List.of(tensor, tensor, tensor, tensor), 2)
                            .mismatch(tensor.segment()))
                    .as(dtype.name())
                    .isEqualTo(-1);
        }
    }

    @Test
    void the_majority_of_samples_decides_a_boolean_and_a_tie_is_true() throws IOException {
        TensorView yes = new TensorView("w", DType.BOOL, Shape.of(1), MemorySegment.ofArray(new byte[] {1}));
        TensorView no = new TensorView("w", DType.BOOL, Shape.of(1), MemorySegment.ofArray(new byte[] {0}));

        assertThat(averageOf(List.of(2L, 3L), List.of(yes, no))).containsExactly(0);
        assertThat(averageOf(List.of(3L, 3L), List.of(yes, no))).containsExactly(1);
        assertThat(averageOf(List.of(4L, 3L), List.of(yes, no))).containsExactly(1);
    }

    @Test
    void halves_of_integers_go_to_the_even_neighbour() throws IOException {
        TensorView low = new TensorView("w", DType.I8, Shape.of(4), MemorySegment.ofArray(new byte[] {0, 1, -1, -2}));
        TensorView high = new TensorView("w", DType.I8, Shape.of(4), MemorySegment.ofArray(new byte[] {1, 2, 0, -1}));

        assertThat(averageOf(List.of(1L, 1L), List.of(low, high))).containsExactly(0, 2, 0, -2);
    }

    @Test
    void the_bits_do_not_depend_on_the_number_of_threads() throws IOException {
        Path caseFolder = Files.createDirectory(folder.resolve("round"));
        try (ExecutorService executor = Executors.newCachedThreadPool();
                RandomRound round = RandomRound.write(caseFolder, new Random(77))) {
            new FedAvg(NO_THREADS, 1).aggregate(round.updates(), round.global(), Map.of(), next());
            byte[] expected = Files.readAllBytes(last());
            for (int threads = 2; threads < 9; threads++) {
                new FedAvg(executor, threads).aggregate(round.updates(), round.global(), Map.of(), next());
                assertThat(Files.readAllBytes(last())).isEqualTo(expected);
            }
        }
    }

    @Test
    void every_length_of_the_last_block_gives_what_plain_arithmetic_gives() throws IOException {
        Random random = new Random(6);
        for (int length = 0; length < 140; length++) {
            requireScalar(length, random);
        }
        for (int length = RangeAverage.BLOCK_ELEMENTS - 20; length < RangeAverage.BLOCK_ELEMENTS + 20; length++) {
            requireScalar(length, random);
        }
    }

    @Test
    void samples_that_cannot_be_a_weight_are_refused() throws IOException {
        try (SafetensorsReader model = SafetensorsReader.open(write(floats("w", 1)))) {
            for (long samples : new long[] {-1, Long.MIN_VALUE, WeightedUpdate.MAX_SAMPLES + 1}) {
                assertThatThrownBy(() -> new WeightedUpdate(model, samples))
                        .isInstanceOf(TensorFormatException.class)
                        .hasMessageContaining("samples is " + samples);
            }
        }
    }

    @Test
    void a_sink_that_fails_ends_the_aggregation_with_its_exception() throws IOException {
        try (ExecutorService executor = Executors.newFixedThreadPool(2);
                SafetensorsReader model = SafetensorsReader.open(write(floats("w", new float[500_000])))) {
            FedAvg average = new FedAvg(executor, 3);
            List<WeightedUpdate> updates = List.of(new WeightedUpdate(model, 1));

            assertThatThrownBy(() -> average.aggregate(updates, model, (_, _) -> {
                        throw new IOException("disk full");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("disk full");
        }
    }

    @Test
    void an_interrupted_thread_stops_and_stays_interrupted() throws IOException {
        try (SafetensorsReader model = SafetensorsReader.open(write(floats("w", new float[500_000])))) {
            FedAvg average = new FedAvg(NO_THREADS, 1);
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> average.aggregate(List.of(new WeightedUpdate(model, 1)), model, (_, _) -> {}))
                    .isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void a_file_that_exists_is_not_overwritten() throws IOException {
        Path existing = write(floats("w", 1));
        try (SafetensorsReader model = SafetensorsReader.open(existing)) {
            FedAvg average = new FedAvg(NO_THREADS, 1);

            assertThatThrownBy(
                            () -> average.aggregate(List.of(new WeightedUpdate(model, 1)), model, Map.of(), existing))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
    }

    private void requireScalar(int length, Random random) throws IOException {
        List<Long> samples = List.of(3L, 1L, 1000L);
        List<TensorView> inputs = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            float[] values = new float[length];
            for (int k = 0; k < length; k++) {
                values[k] = random.nextFloat() * 100 - 50;
            }
            inputs.add(floats("w", values));
        }
        MemorySegment got = average(samples, inputs, 1);
        for (int k = 0; k < length; k++) {
            double sum = 3.0 * at(inputs.get(0), k) + 1.0 * at(inputs.get(1), k) + 1000.0 * at(inputs.get(2), k);
            assertThat(got.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * k)).isEqualTo((float) (sum / 1004.0));
        }
    }

    private static float at(TensorView tensor, int index) {
        return tensor.segment().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * index);
    }

    private double[] averageOf(List<Long> samples, List<TensorView> tensors) throws IOException {
        TensorSpec spec = tensors.getFirst().spec();
        return decode(new TensorView(spec, average(samples, tensors, 1)));
    }

    private MemorySegment average(List<Long> samples, List<TensorView> tensors, int threads) throws IOException {
        List<SafetensorsReader> readers = new ArrayList<>();
        MemorySegment result = MemorySegment.ofArray(
                new byte[Math.toIntExact(tensors.getFirst().spec().byteSize())]);
        try {
            List<WeightedUpdate> updates = new ArrayList<>();
            for (int i = 0; i < tensors.size(); i++) {
                SafetensorsReader reader = SafetensorsReader.open(write(tensors.get(i)));
                readers.add(reader);
                updates.add(new WeightedUpdate(reader, samples.get(i)));
            }
            new FedAvg(NO_THREADS, threads)
                    .aggregate(
                            updates,
                            readers.getFirst(),
                            (offset, block) -> MemorySegment.copy(
                                    MemorySegment.ofBuffer(block), 0, result, offset, block.remaining()));
        } finally {
            readers.forEach(SafetensorsReader::close);
        }
        return result;
    }

    private static double[] decode(TensorView tensor) {
        double[] elements = new double[Math.toIntExact(tensor.shape().elementCount())];
        Elements.decode(tensor.dtype(), tensor.segment(), 0, elements.length, elements);
        return elements;
    }

    // A NaN does not keep its bits, only its meaning.
    private static TensorView withoutNaN(TensorView tensor) {
        double[] elements = decode(tensor);
        int size = tensor.dtype().byteSize();
        for (int i = 0; i < elements.length; i++) {
            if (Double.isNaN(elements[i])) {
                tensor.segment().asSlice((long) i * size, size).fill((byte) 0);
            }
        }
        return tensor;
    }

    private static TensorView floats(String name, float... values) {
        MemorySegment segment = MemorySegment.ofArray(new byte[4 * values.length]);
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
        return new TensorView(name, DType.F32, Shape.of(values.length), segment);
    }

    private Path write(TensorView... tensors) throws IOException {
        SafetensorsWriter.write(next(), Map.of(), List.of(tensors));
        return last();
    }

    private Path next() {
        return folder.resolve("file" + files.incrementAndGet());
    }

    private Path last() {
        return folder.resolve("file" + files.get());
    }
}
