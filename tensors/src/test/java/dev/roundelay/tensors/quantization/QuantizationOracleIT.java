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
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    /// What NVFlare's quantiser makes of 4 bits: codes and scales of bitsandbytes 0.50.2, blocks of 64. (Its 8 bits are
    /// of another kind: they are no even steps.)
    @ParameterizedTest
    @EnumSource(names = {"FLOAT4", "NORMFLOAT4"})
    void four_bits_are_those_of_bitsandbytes(Quantization how) throws IOException {
        Path vectors = folder.resolve("vectors");
        try (InputStream in = Python.class.getResourceAsStream("bitsandbytes_0_50_2.safetensors")) {
            Files.copy(Objects.requireNonNull(in), vectors);
        }
        Path plain = folder.resolve("plain");
        Path coded = folder.resolve("coded");
        try (SafetensorsReader reader = SafetensorsReader.open(vectors)) {
            SafetensorsWriter.write(plain, Map.of(), List.of(reader.view("x")));
            try (SafetensorsReader given = SafetensorsReader.open(plain)) {
                QuantizedFile.encode(given, how, Map.of(), coded);
            }
            try (SafetensorsReader made = SafetensorsReader.open(coded)) {
                byte[] codes = made.view("x").segment().toArray(ValueLayout.JAVA_BYTE);
                byte[] expected = reader.view(how.toString()).segment().toArray(ValueLayout.JAVA_BYTE);
                assertThat(codes).isEqualTo(how == Quantization.FLOAT4 ? withoutNegativeZero(expected) : expected);
            }
        }
    }

    // bitsandbytes writes zero as 0 or as 8, as it comes.
    private static byte[] withoutNegativeZero(byte[] scalesAndCodes) {
        byte[] all = scalesAndCodes.clone();
        for (int i = (int) Encoding.FLOAT4.scaleTotal(1_088); i < all.length; i++) {
            int high = (all[i] & 0xF0) == 0x80 ? 0 : all[i] & 0xF0;
            int low = (all[i] & 0x0F) == 0x08 ? 0 : all[i] & 0x0F;
            all[i] = (byte) (high | low);
        }
        return all;
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
