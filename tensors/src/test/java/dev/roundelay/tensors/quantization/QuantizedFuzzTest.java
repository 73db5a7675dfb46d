package dev.roundelay.tensors.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsLimits;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// What is decoded has the layout that was told before a byte was written, and at most 16 times the bytes.
class QuantizedFuzzTest extends DecoderFuzz {
    private static final SafetensorsLimits LIMITS = SafetensorsLimits.ofFirstModel(1 << 20);
    private static final int LARGEST_GROWTH = 16;

    private final Path file;
    private final Path plain;

    QuantizedFuzzTest() throws IOException {
        file = temporary();
        plain = temporary();
    }

    private static Path temporary() throws IOException {
        Path path = Files.createTempFile("quantized", ".fuzz");
        path.toFile().deleteOnExit();
        return path;
    }

    @Override
    protected List<byte[]> samples() throws IOException {
        List<byte[]> samples = new ArrayList<>();
        Random random = new Random(1);
        double[] numbers = random.doubles(Quantization.SMALLEST + 80).toArray();
        MemorySegment bytes = MemorySegment.ofArray(new byte[numbers.length * Float.BYTES]);
        Elements.encode(DType.F32, numbers, numbers.length, bytes);
        List<TensorView> tensors = List.of(
                new TensorView("w", DType.F32, Shape.of(numbers.length), bytes),
                new TensorView("n", DType.I8, Shape.of(2), MemorySegment.ofArray(new byte[2])));
        for (Quantization how : Quantization.values()) {
            Files.delete(plain);
            SafetensorsWriter.write(plain, Map.of(), tensors);
            Files.delete(file);
            try (SafetensorsReader reader = SafetensorsReader.open(plain)) {
                QuantizedFile.encode(reader, how, Map.of("samples", "3"), file);
            }
            samples.add(Files.readAllBytes(file));
        }
        return samples;
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        Files.write(file, input);
        Files.deleteIfExists(plain);
        try (SafetensorsReader coded = SafetensorsReader.open(file, LIMITS)) {
            QuantizedFile.decode(coded, plain);
            try (SafetensorsReader decoded = SafetensorsReader.open(plain)) {
                assertThat(decoded.layout().entries())
                        .isEqualTo(QuantizedFile.decodedLayout(coded).entries());
                assertThat(decoded.layout().byteSize())
                        .isLessThanOrEqualTo(LARGEST_GROWTH * coded.layout().byteSize());
            }
            return Outcome.READ;
        } catch (TensorFormatException e) {
            return Outcome.REFUSED;
        }
    }
}
