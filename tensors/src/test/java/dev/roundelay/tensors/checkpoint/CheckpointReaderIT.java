package dev.roundelay.tensors.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.roundelay.tensors.Python;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckpointReaderIT {
    private static final long MAX_BYTES = 64L << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Python.class)
    void what_torch_saves_is_read_or_refused_by_name(Python python) throws Exception {
        List<String> refusals = python.run("write_checkpoints.py", folder, folder.toString());

        assertThat(refusals).hasSize(8).allSatisfy(this::requireRefused);
        List<Path> expected = filesEndingWith(".safetensors");
        assertThat(expected).hasSizeGreaterThanOrEqualTo(14).allSatisfy(this::requireSame);
    }

    private void requireRefused(String line) {
        String[] words = line.split(" ");
        Path file = folder.resolve(words[0] + ".pt");

        TensorFormatException refusal = catchThrowableOfType(
                TensorFormatException.class,
                () -> CheckpointReader.open(file, MAX_BYTES).close());

        assertThat(refusal).as(line).isNotNull();
        assertThat(refusal).hasMessageStartingWith("[" + words[0] + ".pt").hasMessageContaining(words[1]);
    }

    private void requireSame(Path expectedFile) throws IOException {
        String name = expectedFile.getFileName().toString().replace(".safetensors", "");
        Path converted = folder.resolve(name + ".converted");
        CheckpointConversion.toSafetensors(folder.resolve(name + ".pt"), MAX_BYTES, Map.of(), converted);

        try (SafetensorsReader got = SafetensorsReader.open(converted);
                SafetensorsReader expected = SafetensorsReader.open(expectedFile)) {
            assertThat(got.views())
                    .as(name)
                    .extracting(TensorView::spec)
                    .containsExactlyElementsOf(
                            expected.views().stream().map(TensorView::spec).toList());
            assertThat(got.data().mismatch(expected.data())).as(name).isEqualTo(-1);
        }
    }

    private List<Path> filesEndingWith(String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }
}
