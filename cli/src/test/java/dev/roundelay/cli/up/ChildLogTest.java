package dev.roundelay.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildLogTest {
    @TempDir
    Path folder;

    @Test
    void a_log_that_grew_under_a_running_child_is_kept_once_and_begun_anew() throws Exception {
        Path log = folder.resolve("worker-1.log");
        Process child = new ProcessBuilder("sh", "-c", "echo first; read line; echo second")
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        try (var in = child.outputWriter()) {
            while (!Files.exists(log) || Files.size(log) < 6) {
                Thread.onSpinWait();
            }
            ChildLog.bound(log, 5);
            in.write("go on\n");
        }
        assertThat(child.waitFor()).isZero();

        assertThat(log).hasContent("second");
        assertThat(folder.resolve("worker-1.log.1")).hasContent("first");
    }

    @Test
    void a_small_log_is_left_alone() throws Exception {
        Path log = Files.writeString(folder.resolve("server.log"), "12345");

        ChildLog.bound(log, 5);
        ChildLog.bound(folder.resolve("absent.log"), 5);

        assertThat(log).hasContent("12345");
        assertThat(folder.resolve("server.log.1")).doesNotExist();
    }
}
