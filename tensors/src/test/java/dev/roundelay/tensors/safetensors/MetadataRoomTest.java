package dev.roundelay.tensors.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataRoomTest {
    @Test
    void metadata_are_replaced_where_the_header_has_room_and_nothing_else_changes(@TempDir Path folder)
            throws IOException {
        List<TensorView> tensors = RandomTensors.stateDict(4);
        Path file = folder.resolve("file");
        SafetensorsWriter.write(file, Map.of("room", "x".repeat(500)), tensors);
        byte[] before = Files.readAllBytes(file);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(SafetensorsWriter.replaceMetadata(reader, Map.of("room", "y".repeat(5_000))))
                    .isFalse();
            assertThat(file).hasBinaryContent(before);

            assertThat(SafetensorsWriter.replaceMetadata(reader, Map.of("samples", "7")))
                    .isTrue();
        }
        try (SafetensorsReader again = SafetensorsReader.open(file)) {
            assertThat(again.metadata()).containsExactly(Map.entry("samples", "7"));
            assertThat(again.fileBytes()).isEqualTo(before.length);
            for (TensorView tensor : tensors) {
                assertThat(again.view(tensor.name()).segment().mismatch(tensor.segment()))
                        .isEqualTo(-1);
            }
        }
    }
}
