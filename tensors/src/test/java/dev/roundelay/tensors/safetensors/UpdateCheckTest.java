package dev.roundelay.tensors.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UpdateCheckTest {
    private static final float NAN = Float.NaN;

    @TempDir
    Path folder;

    @Test
    void an_update_of_some_tensors_is_taken() throws IOException {
        Path global = write("global", floats("a", 1, 2), floats("b", 3));
        Path update = write("update", floats("b", 4));

        try (SafetensorsReader model = SafetensorsReader.open(global);
                SafetensorsReader taken = UpdateCheck.open(update, model)) {
            assertThat(taken.layout().entries())
                    .extracting(entry -> entry.name())
                    .containsExactly("b");
        }
    }

    @Test
    void an_update_without_tensors_is_refused() throws IOException {
        assertThat(refusalOf(write("global", floats("a", 1)), write("update")))
                .hasMessageContaining("the update holds no tensor, the global model has 1")
                .extracting(TensorFormatException::fault)
                .isEqualTo(TensorFault.NO_TENSORS);
    }

    @Test
    void another_name_shape_or_dtype_is_refused_with_got_and_expected() throws IOException {
        Path global = write("global", floats("a", 1, 2), floats("b", 3));

        assertThat(refusalOf(global, write("name", floats("c", 1))))
                .hasMessage("[tensor c] got F32[1], but the global model has no tensor of that name;"
                        + " check the model definition on that site");
        assertThat(refusalOf(global, write("shape", floats("a", 1))))
                .hasMessage("[tensor a] got shape [1], expected the global model's [2];"
                        + " check the model definition on that site");
        assertThat(refusalOf(global, write("dtype", zeros("a", DType.I32, 2))))
                .hasMessage("[tensor a] got dtype I32, expected the global model's F32;"
                        + " return the model in the dtype it came in");
    }

    @Test
    void more_tensors_or_far_more_bytes_than_the_global_model_are_refused_unread() throws IOException {
        Path global = write("global", floats("a", 1));
        Path metadata = folder.resolve("metadata");
        SafetensorsWriter.write(metadata, Map.of("metrics", "x".repeat(70_000)), List.of(floats("a", 1)));

        assertThat(refusalOf(global, write("more", floats("a", 1), floats("b", 1)))
                        .fault())
                .isEqualTo(TensorFault.TOO_MANY_TENSORS);
        assertThat(refusalOf(global, metadata).fault()).isEqualTo(TensorFault.TOO_LARGE);
    }

    @Test
    void an_element_that_is_not_finite_is_refused_with_its_place() throws IOException {
        float[] values = new float[20_000];
        values[17_001] = NAN;
        Path global = write("global", floats("a", new float[20_000]));

        assertThat(refusalOf(global, write("update", floats("a", values))))
                .hasMessageStartingWith("[tensor a] element 17001 of F32[20000] is NaN or infinite")
                .extracting(TensorFormatException::fault)
                .isEqualTo(TensorFault.NOT_FINITE);
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, 0, false",
        "Infinity, 0, false",
        "-Infinity, 0, false",
        "3e38, 0, true",
        "NaN, Infinity, true",
        "1, NaN, true"
    })
    void an_element_may_be_infinite_only_where_the_global_models_is(float value, float global, boolean taken)
            throws IOException {
        Path model = write("global", floats("a", 0, global));
        Path update = write("update", floats("a", 0, value));

        try (SafetensorsReader reader = SafetensorsReader.open(model)) {
            TensorFormatException refusal = catchThrowableOfType(
                    TensorFormatException.class,
                    () -> UpdateCheck.open(update, reader).close());
            assertThat(refusal == null).isEqualTo(taken);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "BF16"})
    void every_pattern_of_an_exponent_of_ones_is_found_in_every_place(DType dtype) throws IOException {
        int size = dtype.byteSize();
        int exponentBits = switch (dtype) {
            case F64 -> 11;
            case F16 -> 5;
            default -> 8;
        };
        long exponent = (1L << exponentBits) - 1 << 8 * size - 1 - exponentBits;
        Path global = write("global", zeros("a", dtype, 37));
        for (int at = 0; at < 37; at++) {
            byte[] bytes = new byte[37 * size];
            Arrays.fill(bytes, at * size, (at + 1) * size, (byte) 0);
            for (int k = 0; k < size; k++) {
                bytes[at * size + k] = (byte) (exponent >> 8 * k);
            }
            Path update = write("update", new TensorView("a", dtype, Shape.of(37), MemorySegment.ofArray(bytes)));

            assertThat(refusalOf(global, update)).hasMessageContaining("element " + at + " of");
            Files.delete(update);
        }
    }

    @Test
    void integers_of_any_bits_are_finite() throws IOException {
        byte[] ones = new byte[80];
        Arrays.fill(ones, (byte) 0x7F);
        Path global = write("global", zeros("a", DType.I64, 10));
        Path update = write("update", new TensorView("a", DType.I64, Shape.of(10), MemorySegment.ofArray(ones)));

        try (SafetensorsReader model = SafetensorsReader.open(global);
                SafetensorsReader taken = UpdateCheck.open(update, model)) {
            assertThat(taken.layout().byteSize()).isEqualTo(80);
        }
    }

    private TensorFormatException refusalOf(Path global, Path update) throws IOException {
        try (SafetensorsReader model = SafetensorsReader.open(global)) {
            TensorFormatException refusal = catchThrowableOfType(
                    TensorFormatException.class,
                    () -> UpdateCheck.open(update, model).close());
            assertThat(refusal).isNotNull();
            return refusal;
        }
    }

    private Path write(String name, TensorView... tensors) throws IOException {
        Path file = folder.resolve(name);
        SafetensorsWriter.write(file, Map.of(), List.of(tensors));
        return file;
    }

    private static TensorView floats(String name, float... values) {
        byte[] bytes = new byte[4 * values.length];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        for (int i = 0; i < values.length; i++) {
            segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, values[i]);
        }
        return new TensorView(name, DType.F32, Shape.of(values.length), segment);
    }

    private static TensorView zeros(String name, DType dtype, int count) {
        return new TensorView(name, dtype, Shape.of(count), MemorySegment.ofArray(new byte[count * dtype.byteSize()]));
    }
}
