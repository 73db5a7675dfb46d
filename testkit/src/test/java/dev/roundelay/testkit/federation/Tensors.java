package dev.roundelay.testkit.federation;

import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/// Little models of one float32 vector `w`, and a training that is a function of weights, shard and round alone.
final class Tensors {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Tensors() {}

    static void write(Path file, float... values) throws IOException {
        write(file, "w", values);
    }

    static void write(Path file, String name, float... values) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(values.length * 4L, 4);
            for (int i = 0; i < values.length; i++) {
                segment.set(FLOAT, i * 4L, values[i]);
            }
            SafetensorsWriter.write(
                    file, Map.of(), List.of(new TensorView(name, DType.F32, Shape.of(values.length), segment)));
        }
    }

    static void writeEmpty(Path file) throws IOException {
        SafetensorsWriter.write(file, Map.of(), List.of());
    }

    static float[] read(Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            MemorySegment segment = reader.view("w").segment();
            float[] values = new float[(int) (segment.byteSize() / 4)];
            for (int i = 0; i < values.length; i++) {
                values[i] = segment.get(FLOAT, i * 4L);
            }
            return values;
        }
    }

    /// Trains: not linear in the weights, so that a wrong model, shard or round shows in the result.
    static float[] trained(float[] weights, int shard, int round) {
        float[] trained = new float[weights.length];
        for (int i = 0; i < weights.length; i++) {
            trained[i] = weights[i] * 0.75f + 1 + (float) Math.sin(weights[i] + shard * 3.1 + round * 0.7 + i);
        }
        return trained;
    }

    static long crc32c(Path file) throws IOException {
        var crc = new CRC32C();
        crc.update(Files.readAllBytes(file));
        return crc.getValue();
    }
}
