package dev.roundelay.tensors.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.inspection.TensorInspection;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.tensor.StridedView;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A `.pt` file, zip and pickle together: what is read becomes the same tensors as safetensors.
class CheckpointFuzzTest extends DecoderFuzz {
    private static final long MOST_BYTES = 1 << 20;

    private final Path file;
    private final Path converted;

    CheckpointFuzzTest() throws IOException {
        file = temporary();
        converted = temporary();
    }

    private static Path temporary() throws IOException {
        Path path = Files.createTempFile("checkpoint", ".fuzz");
        path.toFile().deleteOnExit();
        return path;
    }

    @Override
    protected List<byte[]> samples() throws IOException {
        List<byte[]> samples = new ArrayList<>();
        for (long seed = 1; seed <= 6; seed++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CheckpointWriter.write(bytes, RandomTensors.stateDict(seed));
            samples.add(bytes.toByteArray());
        }
        return samples;
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        try {
            return read(input);
        } catch (TensorFormatException e) {
            return e.fault() == TensorFault.CHECKSUM_MISMATCH ? decodeWithoutChecksums(input) : Outcome.REFUSED;
        }
    }

    // A fuzzer does not guess checksums, and would never get behind them; 0 is how PyTorch says that there is none.
    private Outcome decodeWithoutChecksums(byte[] input) throws IOException {
        byte[] open = input.clone();
        for (int i = 0; i + 20 <= open.length; i++) {
            if (open[i] == 'P' && open[i + 1] == 'K' && open[i + 2] == 1 && open[i + 3] == 2) {
                java.util.Arrays.fill(open, i + 16, i + 20, (byte) 0);
            }
        }
        try {
            return read(open);
        } catch (TensorFormatException e) {
            return Outcome.REFUSED;
        }
    }

    private Outcome read(byte[] input) throws IOException {
        Files.write(file, input);
        try (CheckpointReader reader = CheckpointReader.open(file, MOST_BYTES)) {
            TensorInspection.rows(reader);
            assertThat(reader.layout().byteSize()).isLessThanOrEqualTo(MOST_BYTES);
            try (var out = Files.newOutputStream(converted)) {
                CheckpointConversion.toSafetensors(file, MOST_BYTES, Map.of(), out);
            }
            requireSame(reader);
            return Outcome.READ;
        }
    }

    private void requireSame(CheckpointReader reader) throws IOException {
        try (SafetensorsReader again = SafetensorsReader.open(converted)) {
            assertThat(again.views()).hasSameSizeAs(reader.tensors());
            for (StridedView tensor : reader.tensors()) {
                TensorView same = again.view(tensor.name());
                assertThat(same.spec()).isEqualTo(tensor.spec());
            }
        } catch (TensorFormatException e) {
            throw new AssertionError("what was read cannot be converted", e);
        }
    }
}
