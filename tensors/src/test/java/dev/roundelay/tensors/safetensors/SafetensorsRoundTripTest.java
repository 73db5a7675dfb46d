package dev.roundelay.tensors.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class SafetensorsRoundTripTest {
    @Property(tries = 200)
    void what_is_written_is_read_again_in_the_same_order(@ForAll long seed) throws IOException {
        List<TensorView> tensors = RandomTensors.stateDict(seed);

        roundTrip(Map.of(), tensors);
    }

    @Property(tries = 300)
    void any_string_is_a_name(@ForAll @Size(max = 4) List<String> names, @ForAll long seed) throws IOException {
        Random random = new Random(seed);
        List<TensorView> tensors = new ArrayList<>();
        for (String name : Map.copyOf(unique(names)).keySet()) {
            if (!name.equals("__metadata__")) {
                tensors.add(RandomTensors.tensor(new TensorSpec(name, DType.F32, Shape.of(2)), random));
            }
        }

        roundTrip(Map.of(), tensors);
    }

    @Property(tries = 200)
    void metadata_keeps_its_strings_and_their_order(@ForAll @Size(max = 5) List<String> texts) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int i = 0; i + 1 < texts.size(); i += 2) {
            metadata.put(texts.get(i), texts.get(i + 1));
        }

        roundTrip(metadata, List.of());
    }

    @Example
    void a_header_of_many_kilobytes_is_read_wherever_its_names_are_cut() throws IOException {
        Random random = new Random(1);
        List<TensorView> tensors = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            // Letters of one to four bytes, so that some lie across the end of what is read at once.
            String name = "läyer.€.😀".repeat(i % 4) + "-" + i;
            tensors.add(RandomTensors.tensor(new TensorSpec(name, DType.U8, Shape.of(10, 1 + i % 3)), random));
        }

        roundTrip(Map.of("note", "n".repeat(20_000)), tensors);
    }

    @Property(tries = 50)
    void a_stream_gets_the_same_bytes_as_a_file(@ForAll long seed) throws IOException {
        List<TensorView> tensors = RandomTensors.stateDict(seed);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        Path folder = Files.createTempDirectory("safetensors");
        Path file = folder.resolve("model.safetensors");

        SafetensorsWriter.write(stream, Map.of("round", "3"), tensors);
        SafetensorsWriter.write(file, Map.of("round", "3"), tensors);

        assertThat(stream.toByteArray()).isEqualTo(Files.readAllBytes(file));
        Files.delete(file);
        Files.delete(folder);
    }

    private static Map<String, String> unique(List<String> names) {
        Map<String, String> unique = new LinkedHashMap<>();
        names.forEach(name -> unique.put(name, name));
        return unique;
    }

    private static void roundTrip(Map<String, String> metadata, List<TensorView> tensors) throws IOException {
        Path folder = Files.createTempDirectory("safetensors");
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, metadata, tensors);

        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.metadata()).containsExactlyEntriesOf(metadata);
            assertThat(reader.headerBytes() % 64).isEqualTo(56);
            List<TensorView> read = reader.views();
            assertThat(read)
                    .extracting(TensorView::spec)
                    .containsExactlyElementsOf(
                            tensors.stream().map(TensorView::spec).toList());
            for (int i = 0; i < read.size(); i++) {
                assertThat(read.get(i).segment().mismatch(tensors.get(i).segment()))
                        .isEqualTo(-1);
            }
        }
        Files.delete(file);
        Files.delete(folder);
    }
}
