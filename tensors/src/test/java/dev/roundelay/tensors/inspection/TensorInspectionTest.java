package dev.roundelay.tensors.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.checkpoint.CheckpointConversion;
import dev.roundelay.tensors.checkpoint.CheckpointReader;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorInspectionTest {
    @TempDir
    Path folder;

    @Test
    void a_row_tells_name_dtype_shape_bytes_and_norm() throws IOException {
        TensorView bytes = new TensorView("a", DType.I8, Shape.of(2), MemorySegment.ofArray(new byte[] {3, -4}));
        TensorView empty = new TensorView("b", DType.F32, Shape.of(0), MemorySegment.ofArray(new byte[0]));
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, Map.of(), List.of(bytes, empty));

        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(TensorInspection.rows(reader))
                    .containsExactly(
                            new TensorRow("a", DType.I8, Shape.of(2), 2, 5),
                            new TensorRow("b", DType.F32, Shape.of(0), 0, 0));
        }
    }

    @Test
    void a_checkpoint_has_the_rows_of_its_safetensors_and_converts_back_to_the_same_bytes() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            Path model = folder.resolve("model" + seed);
            Path checkpoint = folder.resolve("checkpoint" + seed);
            Path back = folder.resolve("back" + seed);
            SafetensorsWriter.write(model, Map.of("round", "2"), RandomTensors.stateDict(seed));
            CheckpointConversion.toCheckpoint(model, checkpoint);
            CheckpointConversion.toSafetensors(checkpoint, 1 << 20, Map.of("round", "2"), back);

            try (SafetensorsReader reader = SafetensorsReader.open(model);
                    CheckpointReader other = CheckpointReader.open(checkpoint, 1 << 20)) {
                assertThat(TensorInspection.rows(other)).isEqualTo(TensorInspection.rows(reader));
            }
            assertThat(Files.readAllBytes(back)).isEqualTo(Files.readAllBytes(model));
        }
    }
}
