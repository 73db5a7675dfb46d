package dev.roundelay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SupportBundleTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer rsk_live_hidden1",
                "token rwt_hidden1 was used",
                "RESON_S3_SECRET=hidden1",
                "{\"password\": \"hidden1\"}",
                "postgresql password hidden1, sorry"
            })
    void what_looks_like_a_secret_is_blotted_out(String line) {
        assertThat(SupportBundle.blotted(line)).doesNotContain("hidden1").contains("(blotted out)");
    }

    @Test
    void a_bundle_has_status_machine_and_the_ends_of_the_logs() throws IOException {
        Files.createDirectories(folder.resolve("logs"));
        Files.writeString(folder.resolve("logs/server.log"), "x".repeat(3_000_000) + "\nthe last line\n");
        Files.writeString(folder.resolve("credentials.env"), "RESON_API_KEY=rsk_live_never");
        Path target = folder.resolve("out.zip");

        SupportBundle.write(folder, List.of("workers    online 2"), target);

        try (ZipFile zip = new ZipFile(target.toFile())) {
            assertThat(zip.stream().map(entry -> entry.getName()))
                    .containsExactly("status.txt", "machine.txt", "logs/logs_server.log");
            String log = new String(
                    zip.getInputStream(zip.getEntry("logs/logs_server.log")).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(log).hasSize(2_000_000).endsWith("the last line\n");
        }
        assertThat(Files.getPosixFilePermissions(target)).hasSize(2);
    }
}
