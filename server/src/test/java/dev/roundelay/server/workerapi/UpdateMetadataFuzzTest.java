package dev.roundelay.server.workerapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.federation.UpdateMeta;
import dev.roundelay.federation.metric.RoundMetrics;
import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What an update says of itself, as three lines (samples, metrics, seconds) that are put into a file's metadata:
/// numbers, and no more of them than are kept, or a refusal.
class UpdateMetadataFuzzTest extends DecoderFuzz {
    private static final List<String> FIELDS = List.of("samples", "metrics", "seconds");
    private static final TensorView TENSOR =
            new TensorView(new TensorSpec("w", DType.F32, Shape.of(1)), MemorySegment.ofArray(new byte[4]));

    private final Path file;

    UpdateMetadataFuzzTest() throws IOException {
        file = Files.createTempFile("update", ".fuzz");
        file.toFile().deleteOnExit();
    }

    @Override
    protected List<byte[]> samples() {
        return Stream.of("10\n{\"loss\":0.5,\"accuracy\":1}\n1.5", "0\n{}\n0", "7")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 3);
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int i = 0; i < lines.length; i++) {
            metadata.put(FIELDS.get(i), lines[i]);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SafetensorsWriter.write(bytes, metadata, List.of(TENSOR));
        Files.write(file, bytes.toByteArray());
        try {
            UpdateMeta meta = UpdateMetadata.read(file);
            // Which numbers count is the federation's to say; what it is given is bounded.
            assertThat(meta.metrics()).hasSizeLessThanOrEqualTo(1_000);
            assertThat(RoundMetrics.usable(meta.metrics()).values())
                    .allSatisfy(value -> assertThat(value).isFinite());
            return Outcome.READ;
        } catch (WorkerCallException e) {
            assertThat(e.getMessage()).startsWith("[");
            return Outcome.REFUSED;
        }
    }
}
