package dev.roundelay.tensors.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.tensors.Python;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each encoding against numpy: codes are those of the nearest number, and stand for the same bits.
class QuantizationOracleIT {
    @TempDir
    Path folder;

    @Test
    void numpy_reads_what_is_written_as_it_is_read_here() throws Exception {
        Random random = new Random(21);
        for (Quantization how : Quantization.values()) {
            write(how, random);
        }

        List<String> lines = Python.CURRENT.run("quantization_oracle.py", folder, folder.toString());

        assertThat(lines)
                .hasSize(Quantization.values().length)
                .allSatisfy(line -> assertThat(line).endsWith(" ok"));
    }

    private void write(Quantization how, Random random) throws IOException {
        List<TensorView> tensors = new ArrayList<>();
        tensors.add(gaussian("rows", DType.F32, Shape.of(130, 70), random));
        tensors.add(gaussian("large", DType.F32, Shape.of(70_001), random));
        tensors.add(gaussian("double", DType.F64, Shape.of(4_097), random));
        tensors.add(gaussian("half", DType.F16, Shape.of(3, 1_111), random));
        tensors.add(gaussian("small", DType.F32, Shape.of(9), random));
        Path plain = folder.resolve(how + ".plain");
        SafetensorsWriter.write(plain, Map.of(), tensors);
        Path coded = folder.resolve(how + ".coded");
        try (SafetensorsReader reader = SafetensorsReader.open(plain)) {
            QuantizedFile.encode(reader, how, Map.of("round", "1"), coded);
        }
        try (SafetensorsReader reader = SafetensorsReader.open(coded)) {
            QuantizedFile.decode(reader, folder.resolve(how + ".back"));
        }
    }

    private static TensorView gaussian(String name, DType dtype, Shape shape, Random random) {
        int count = (int) shape.elementCount();
        double[] x = new double[count];
        for (int i = 0; i < count; i++) {
            x[i] = random.nextGaussian() * (i % 3 == 0 ? 0.01 : 1);
        }
        MemorySegment bytes = MemorySegment.ofArray(new byte[count * dtype.byteSize()]);
        Elements.encode(dtype, x, count, bytes);
        return new TensorView(name, dtype, shape, bytes);
    }
}
