package dev.roundelay.s3;

import dev.roundelay.testkit.storage.ClientProgram;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// boto3, current and the distribution's, over the memory and the disk store.
class Boto3IT {
    @TempDir
    Path folder;

    @Test
    void current_boto3_over_the_memory_store() throws Exception {
        try (var endpoint = TestEndpoint.inMemory()) {
            ClientProgram.named("ROUNDELAY_TEST_PYTHON").run("s3_boto3.py", folder, endpoint.environment());
        }
    }

    @Test
    void distribution_boto3_over_the_disk_store(@TempDir Path blobs) throws Exception {
        try (var endpoint = TestEndpoint.onDisk(blobs)) {
            ClientProgram.of("/usr/bin/python3").run("s3_boto3.py", folder, endpoint.environment());
        }
    }
}
