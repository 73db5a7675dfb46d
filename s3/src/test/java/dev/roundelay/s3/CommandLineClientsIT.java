package dev.roundelay.s3;

import dev.roundelay.testkit.storage.ClientProgram;
import java.nio.file.Path;
import java.util.HashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The aws command line and rclone over the disk store.
class CommandLineClientsIT {
    @TempDir
    Path folder;

    @TempDir
    Path blobs;

    @Test
    void aws_command_line_works() throws Exception {
        try (var endpoint = TestEndpoint.onDisk(blobs)) {
            var environment = new HashMap<>(endpoint.environment());
            environment.put("AWS", ClientProgram.path("ROUNDELAY_TEST_AWS"));
            ClientProgram.of("bash").run("s3_awscli.sh", folder, environment);
        }
    }

    @Test
    void rclone_works() throws Exception {
        try (var endpoint = TestEndpoint.onDisk(blobs)) {
            ClientProgram.requireOnPath("rclone");
            ClientProgram.of("bash").run("s3_rclone.sh", folder, endpoint.environment());
        }
    }
}
