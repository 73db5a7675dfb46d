package dev.roundelay.tensors.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.inspection.TensorInspection;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What is read stays the same when it is written and read again.
class SafetensorsFuzzTest extends DecoderFuzz {
    private static final SafetensorsLimits LIMITS = SafetensorsLimits.ofFirstModel(1 << 20);

    private final Path file;
    private final Path copy;

    SafetensorsFuzzTest() throws IOException {
        file = temporary();
        copy = temporary();
    }

    private static Path temporary() throws IOException {
        Path path = Files.createTempFile("safetensors", ".fuzz");
        path.toFile().deleteOnExit();
        return path;
    }

    @Override
    protected List<byte[]> samples() throws IOException {
        List<byte[]> samples = new ArrayList<>();
        for (long seed = 1; seed <= 8; seed++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            SafetensorsWriter.write(
                    bytes,
                    seed % 2 == 0 ? Map.of() : Map.of("samples", "3", "metrics", "{\"loss\":1}"),
                    RandomTensors.stateDict(seed));
            samples.add(bytes.toByteArray());
        }
        return samples;
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        Files.write(file, input);
        try (SafetensorsReader reader = SafetensorsReader.open(file, LIMITS)) {
            TensorInspection.rows(reader);
            Files.deleteIfExists(copy);
            SafetensorsWriter.write(copy, reader.metadata(), reader.views());
            requireSame(reader);
            return Outcome.READ;
        } catch (TensorFormatException e) {
            return Outcome.REFUSED;
        }
    }

    private void requireSame(SafetensorsReader reader) throws IOException {
        try (SafetensorsReader again = SafetensorsReader.open(copy)) {
            assertThat(again.metadata()).isEqualTo(reader.metadata());
            assertThat(again.views()).hasSameSizeAs(reader.views());
            for (TensorView tensor : reader.views()) {
                TensorView same = again.view(tensor.name());
                assertThat(same.spec()).isEqualTo(tensor.spec());
                assertThat(same.segment().mismatch(tensor.segment())).isEqualTo(-1);
            }
        } catch (TensorFormatException e) {
            throw new AssertionError("what was read cannot be written", e);
        }
    }
}
