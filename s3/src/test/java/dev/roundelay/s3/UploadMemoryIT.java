package dev.roundelay.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.testkit.storage.ClientProgram;
import dev.roundelay.testkit.storage.S3Fixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// 32 signed uploads of 50 MB at once against a server with a heap of 256 MB.
class UploadMemoryIT {
    @TempDir
    Path folder;

    @TempDir
    Path blobs;

    @Test
    void many_large_signed_uploads_fit_into_a_small_heap() throws Exception {
        Path errors = folder.resolve("server.txt");
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(ServerProcess.class.getName());
        command.add(blobs.toString());
        Process server =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        try (var out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            String port = out.readLine();
            assertThat(port).as("%s", Files.readString(errors)).isNotNull();

            ClientProgram.named("ROUNDELAY_TEST_PYTHON")
                    .run("s3_many_uploads.py", folder, S3Fixture.environment(Integer.parseInt(port)));

            assertThat(Files.readString(errors)).doesNotContain("OutOfMemoryError");
            assertThat(server.isAlive()).isTrue();
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    /// The server in a process of its own; prints its port and serves until it is killed.
    static final class ServerProcess {
        private ServerProcess() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            try (var endpoint = TestEndpoint.onDisk(Path.of(arguments[0]))) {
                System.out.println(endpoint.port());
                new CountDownLatch(1).await();
            }
        }
    }
}
