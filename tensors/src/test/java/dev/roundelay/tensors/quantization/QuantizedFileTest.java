package dev.roundelay.tensors.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.crc.Crc32c;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizedFileTest {
    @TempDir
    Path folder;

    private int files;

    /// Lengths around the ends of blocks and pieces.
    private static final int[] LENGTHS = {1_025, 4_095, 4_096, 4_097, 8_191, 65_536, 65_537, 70_001};

    @ParameterizedTest
    @EnumSource(Quantization.class)
    void no_element_is_further_off_than_stated(Quantization how) throws IOException {
        Random random = new Random(5);
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            for (int length : LENGTHS) {
                for (DoubleSupplier source : sources(random)) {
                    TensorView tensor = tensor("w", dtype, length, _ -> source.getAsDouble());
                    double[] back = roundTrip(how, tensor);
                    requireBounds(how, decoded(tensor), back);
                }
            }
        }
    }

    private static List<DoubleSupplier> sources(Random random) {
        return List.of(
                random::nextGaussian,
                () -> 1e-3 * random.nextGaussian(),
                () -> random.nextInt(50) == 0 ? 100 * random.nextGaussian() : 0,
                () -> 0,
                () -> -7.25);
    }

    private static void requireBounds(Quantization how, double[] x, double[] back) {
        double squares = 0;
        double errors = 0;
        double[] of64 = largest(x, 64);
        double[] of4096 = largest(x, 4_096);
        for (int i = 0; i < x.length; i++) {
            double error = Math.abs(x[i] - back[i]);
            squares += x[i] * x[i];
            errors += error * error;
            // What is decoded is rounded to the tensor's own dtype.
            double rounding = Math.abs(x[i]) * 0x1p-23;
            double bound = switch (how) {
                case FLOAT16 -> Math.abs(x[i]) * 0x1p-11 + 0x1p-25;
                case BFLOAT16 -> Math.abs(x[i]) * 0x1p-8;
                case BLOCKWISE8 -> of4096[i] / 254 * (1 + 1e-6);
                case FLOAT4 -> of64[i] / 6 * (1 + 1e-6);
                case NORMFLOAT4 -> of64[i] * 0.152;
                case ADAQUANT -> Double.MAX_VALUE;
            };
            if (!(error <= bound + rounding)) {
                fail("%s, element %d: %s is %s off, more than %s", how, i, x[i], error, bound);
            }
        }
        if (how == Quantization.ADAQUANT) {
            assertThat(Math.sqrt(errors)).isLessThanOrEqualTo(0.020001 * Math.sqrt(squares));
        }
    }

    /// Returns for each element the largest magnitude of its block.
    private static double[] largest(double[] x, int block) {
        double[] all = new double[x.length];
        for (int from = 0; from < x.length; from += block) {
            int to = Math.min(x.length, from + block);
            double largest = Arrays.stream(x, from, to).map(Math::abs).max().orElseThrow();
            Arrays.fill(all, from, to, largest);
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT16, 0.50",
        "BFLOAT16, 0.50",
        "BLOCKWISE8, 0.2503",
        "FLOAT4, 0.1407",
        "NORMFLOAT4, 0.1407",
        "ADAQUANT, 0.2503"
    })
    void a_part_of_the_bytes_of_float32_travels(Quantization how, double part) throws IOException {
        Random random = new Random(6);
        Path plain = write(tensor("w", DType.F32, 1_000_000, _ -> random.nextGaussian()));

        Path coded = encode(how, plain);

        assertThat((double) Files.size(coded) / Files.size(plain)).isLessThan(part + 0.001);
    }

    @ParameterizedTest
    @EnumSource(Quantization.class)
    void the_same_weights_give_the_same_bytes_and_the_checksum_is_theirs(Quantization how) throws IOException {
        Random random = new Random(7);
        Path plain = write(tensor("w", DType.F32, 70_000, _ -> random.nextGaussian()));
        Path once = folder.resolve("once");
        Path again = folder.resolve("again");
        try (SafetensorsReader reader = SafetensorsReader.open(plain)) {
            Crc32c crc = QuantizedFile.encode(reader, how, Map.of("round", "3"), once);
            QuantizedFile.encode(reader, how, Map.of("round", "3"), again);

            assertThat(once).hasSameBinaryContentAs(again);
            assertThat(crc).isEqualTo(Crc32c.ofFile(once));
        }
        Path back = folder.resolve("back");
        try (SafetensorsReader reader = SafetensorsReader.open(once)) {
            assertThat(QuantizedFile.decode(reader, back)).isEqualTo(Crc32c.ofFile(back));
        }
        try (SafetensorsReader reader = SafetensorsReader.open(back)) {
            assertThat(reader.metadata()).containsExactly(Map.entry("round", "3"));
        }
    }

    /// Names, order, shapes, and the bits of all that is not worth encoding.
    @ParameterizedTest
    @EnumSource(Quantization.class)
    void what_is_small_or_no_floating_tensor_or_not_finite_travels_as_it_is(Quantization how) throws IOException {
        Random random = new Random(8);
        List<TensorView> tensors = new ArrayList<>(RandomTensors.stateDict(12));
        tensors.add(tensor("mask", DType.F32, 5_000, i -> i % 7 == 0 ? Double.NEGATIVE_INFINITY : 0));
        tensors.add(tensor("nan", DType.F64, 5_000, i -> i == 4_999 ? Double.NaN : 1));
        tensors.add(tensor("small", DType.F32, Quantization.SMALLEST, _ -> random.nextGaussian()));
        tensors.add(RandomTensors.tensor(new TensorSpec("long", DType.I64, Shape.of(40, 50)), random));

        Path back = decode(encode(how, write(tensors.toArray(TensorView[]::new))));

        try (SafetensorsReader reader = SafetensorsReader.open(back)) {
            assertThat(reader.views()).hasSameSizeAs(tensors);
            for (int i = 0; i < tensors.size(); i++) {
                assertThat(reader.views().get(i).spec())
                        .isEqualTo(tensors.get(i).spec());
                assertThat(reader.views()
                                .get(i)
                                .segment()
                                .mismatch(tensors.get(i).segment()))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void half_precision_of_half_precision_is_nothing_new() throws IOException {
        TensorView tensor = RandomTensors.tensor(new TensorSpec("w", DType.F16, Shape.of(50, 50)), new Random(9));

        Path coded = encode(Quantization.FLOAT16, write(tensor));

        try (SafetensorsReader reader = SafetensorsReader.open(coded)) {
            assertThat(reader.metadata()).isEmpty();
            assertThat(reader.view("w").spec()).isEqualTo(tensor.spec());
        }
    }

    @Test
    void what_float16_cannot_hold_is_refused_by_name() throws IOException {
        Path plain = write(
                tensor("fits", DType.F32, 2_000, _ -> 65_519),
                tensor("large", DType.F32, 2_000, i -> i == 7 ? 65_520 : 0));

        assertThatThrownBy(() -> encode(Quantization.FLOAT16, plain))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining("large")
                .hasMessageContaining("too large for float16; use the quantization blockwise8");
        assertThat(encode(Quantization.ADAQUANT, plain)).isNotEmptyFile();
        assertThat(encode(Quantization.BFLOAT16, plain)).isNotEmptyFile();
    }

    @Test
    void each_tensor_has_the_smallest_encoding_that_is_exact_enough() throws IOException {
        Random random = new Random(10);
        Path coded = encode(
                Quantization.ADAQUANT,
                write(
                        tensor("signs", DType.F32, 4_096, _ -> random.nextBoolean() ? 1 : -1),
                        tensor("normal", DType.F32, 4_096, _ -> random.nextGaussian()),
                        // One element of each block of 4,096 is so large that the others are lost in 8 bits.
                        tensor("spread", DType.F32, 4_096, i -> i == 0 ? 3_000 : 20 * random.nextGaussian()),
                        tensor("beyond", DType.F32, 4_096, i -> i == 0 ? 1e6 : 7_000 * random.nextGaussian())));

        try (SafetensorsReader reader = SafetensorsReader.open(coded)) {
            assertThat(reader.metadata())
                    .containsExactly(
                            Map.entry("encoding:signs", "normfloat4 F32 4096"),
                            Map.entry("encoding:normal", "blockwise8 F32 4096"),
                            Map.entry("encoding:spread", "float16 F32 4096"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "magic F32 4096|expected an encoding that is known",
                "float16 I32 4096|expected a floating dtype and a shape",
                "float16 F32|expected a floating dtype and a shape",
                "float16 F32 x|expected a shape of numbers",
                "float16 F32 4095|expected as many bytes of U8 as that takes",
                "blockwise8 F32 8192|expected as many bytes of U8 as that takes",
                "float16 F32 9223372036854775807|more bytes than can be counted",
                "float16 F32 4611686018427387904,4|elements",
                "float16 F32 -1|negative"
            })
    void what_a_stranger_says_of_an_encoding_is_checked(String description, String message) throws IOException {
        Path file = folder.resolve("hostile");
        SafetensorsWriter.write(
                file,
                Map.of("encoding:w", description),
                List.of(new TensorView("w", DType.U8, Shape.of(8_192), MemorySegment.ofArray(new byte[8_192]))));

        assertThatThrownBy(() -> decode(file))
                .isInstanceOf(TensorFormatException.class)
                .hasMessageContaining(message);
    }

    private double[] roundTrip(Quantization how, TensorView tensor) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(decode(encode(how, write(tensor))))) {
            assertThat(reader.view("w").spec()).isEqualTo(tensor.spec());
            return decoded(reader.view("w"));
        }
    }

    private static double[] decoded(TensorView tensor) {
        double[] x = new double[(int) tensor.shape().elementCount()];
        Elements.decode(tensor.dtype(), tensor.segment(), 0, x.length, x);
        return x;
    }

    private static TensorView tensor(String name, DType dtype, int length, IntToDoubleFunction value) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[length * dtype.byteSize()]);
        double[] x = new double[length];
        for (int i = 0; i < length; i++) {
            x[i] = value.applyAsDouble(i);
        }
        Elements.encode(dtype, x, length, bytes);
        return new TensorView(name, dtype, Shape.of(length), bytes);
    }

    private Path write(TensorView... tensors) throws IOException {
        Path file = folder.resolve("plain" + files++);
        SafetensorsWriter.write(file, Map.of(), List.of(tensors));
        return file;
    }

    private Path encode(Quantization how, Path plain) throws IOException {
        Path file = folder.resolve("coded" + files++);
        try (SafetensorsReader reader = SafetensorsReader.open(plain)) {
            QuantizedFile.encode(reader, how, Map.of(), file);
        }
        return file;
    }

    private Path decode(Path coded) throws IOException {
        Path file = folder.resolve("back" + files++);
        try (SafetensorsReader reader = SafetensorsReader.open(coded)) {
            QuantizedFile.decode(reader, file);
        }
        return file;
    }
}
