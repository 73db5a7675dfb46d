package dev.roundelay.server.workerapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandoverTest {
    @TempDir
    Path folder;

    private Handover handover;
    private Path model;
    private Path target;

    @BeforeEach
    void prepare() throws IOException {
        handover = new Handover(Files.createDirectory(folder.resolve("handover")));
        Files.createDirectory(folder.resolve("handover/wrk_1"));
        model = Files.writeString(folder.resolve("model"), "weights");
        target = folder.resolve("target");
    }

    @Test
    void a_file_is_put_by_link_and_taken_by_name() throws IOException {
        assertThat(handover.put("wrk_1", "a-name", model)).isTrue();

        Path link = folder.resolve("handover/wrk_1/a-name");
        assertThat(Files.getAttribute(link, "unix:ino")).isEqualTo(Files.getAttribute(model, "unix:ino"));
        assertThat(handover.take("wrk_1", "a-name", target)).isTrue();
        assertThat(target).hasContent("weights");
        assertThat(link).doesNotExist();
        assertThat(model).exists();
    }

    @Test
    void nothing_is_handed_to_a_worker_without_a_folder_nor_over_a_file_that_is_there() {
        assertThat(handover.put("wrk_elsewhere", "a-name", model)).isFalse();
        assertThat(handover.take("wrk_elsewhere", "a-name", target)).isFalse();
        assertThat(handover.put("wrk_1", "twice", model)).isTrue();
        assertThat(handover.put("wrk_1", "twice", model)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret", "..", ".", "", "a/b", ".hidden", "a\u0000b", "name with space"})
    void a_name_cannot_lead_elsewhere(String name) throws IOException {
        Files.writeString(folder.resolve("handover/secret"), "of another worker");

        assertThat(handover.put("wrk_1", name, model)).isFalse();
        assertThat(handover.take("wrk_1", name, target)).isFalse();
        assertThat(handover.take(name, "secret", target)).isFalse();
        assertThat(folder.resolve("handover/secret")).exists();
    }

    @Test
    void what_nobody_fetches_is_swept_and_no_link_of_a_worker_is_followed() throws IOException {
        assertThat(handover.put("wrk_1", "unfetched", model)).isTrue();
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "not the server's to remove");
        Files.createSymbolicLink(folder.resolve("handover/wrk_2"), outside);
        Files.createSymbolicLink(folder.resolve("handover/wrk_1/way-out"), outside.resolve("precious"));
        Files.writeString(
                Files.createDirectory(folder.resolve("handover/wrk_1/odd")).resolve("file"), "stays");
        Files.writeString(folder.resolve("handover/stray"), "stays");

        handover.sweep(Instant.EPOCH);
        assertThat(folder.resolve("handover/wrk_1/unfetched")).exists();

        handover.sweep(Instant.now().plusSeconds(60));
        assertThat(folder.resolve("handover/wrk_1")).isDirectoryNotContaining("glob:**/{unfetched,way-out}");
        assertThat(folder.resolve("handover/wrk_1/odd/file")).exists();
        assertThat(outside.resolve("precious")).exists();
        assertThat(model).exists();
    }

    @Test
    void sweeping_a_server_without_workers_of_its_machine_does_nothing() throws IOException {
        new Handover(folder.resolve("none")).sweep(Instant.now());

        assertThat(folder.resolve("none")).doesNotExist();
    }
}
