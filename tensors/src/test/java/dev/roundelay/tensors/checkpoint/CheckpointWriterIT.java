package dev.roundelay.tensors.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.tensors.Python;
import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckpointWriterIT {
    private static final int STATE_DICTS = 60;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Python.class)
    void torch_loads_what_is_written_with_weights_only(Python python) throws Exception {
        for (int seed = 0; seed < STATE_DICTS; seed++) {
            write("random" + seed, RandomTensors.stateDict(seed));
        }
        write("every_dtype", everyDType());
        write("many", many(3000));
        write(
                "lone_surrogate",
                List.of(RandomTensors.tensor(new TensorSpec("\uD800x\uDC00", DType.F32, Shape.of(3)), new Random(1))));
        writeZip64("zip64", everyDType());

        List<String> lines = python.run("check_checkpoints.py", folder, folder.toString());

        assertThat(lines).hasSize(STATE_DICTS + 4).allMatch(line -> line.endsWith(" ok"));
    }

    private static List<TensorView> everyDType() {
        Random random = new Random(7);
        List<TensorView> tensors = new ArrayList<>();
        for (DType dtype : DType.values()) {
            tensors.add(RandomTensors.tensor(new TensorSpec(dtype + ".matrix", dtype, Shape.of(3, 5)), random));
            tensors.add(RandomTensors.tensor(new TensorSpec(dtype + ".scalar", dtype, Shape.SCALAR), random));
            tensors.add(RandomTensors.tensor(new TensorSpec(dtype + ".empty", dtype, Shape.of(4, 0, 2)), random));
        }
        return tensors;
    }

    private static List<TensorView> many(int count) {
        Random random = new Random(9);
        List<TensorView> tensors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tensors.add(RandomTensors.tensor(new TensorSpec("t" + i, DType.F32, Shape.of(i % 7)), random));
        }
        return tensors;
    }

    private void write(String name, List<TensorView> tensors) throws IOException {
        CheckpointWriter.write(folder.resolve(name + ".pt"), tensors);
        SafetensorsWriter.write(folder.resolve(name + ".safetensors"), Map.of(), tensors);
    }

    private void writeZip64(String name, List<TensorView> tensors) throws IOException {
        try (FileChannel channel = FileChannel.open(
                folder.resolve(name + ".pt"), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            CheckpointWriter.write(channel, tensors, StoredZipWriter.Zip64.ALWAYS);
        }
        SafetensorsWriter.write(folder.resolve(name + ".safetensors"), Map.of(), tensors);
    }
}
