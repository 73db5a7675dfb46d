package dev.roundelay.server.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresClusterTest {
    @TempDir
    Path folder;

    @Test
    void a_log_that_grew_large_is_kept_once_and_begun_anew_under_its_writer() throws IOException {
        PostgresCluster cluster =
                new PostgresCluster(folder, folder, UnprivilegedCommand.find(), new SecureRandom(new byte[1]));
        Path log = folder.resolve("postgres.log");
        try (var writer = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            writer.write(new byte[(10 << 20) + 1]);
            cluster.boundLog();
            writer.write("the next line\n".getBytes());
        }
        cluster.boundLog();

        assertThat(log).hasContent("the next line");
        assertThat(folder.resolve("postgres.log.1")).hasSize((10 << 20) + 1);
    }
}
