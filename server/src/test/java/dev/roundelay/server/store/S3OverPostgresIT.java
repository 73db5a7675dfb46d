package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.s3.S3Config;
import dev.roundelay.s3.S3KeyPair;
import dev.roundelay.s3.S3Server;
import dev.roundelay.storage.BlobSweeper;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.disk.DiskBlobStore;
import dev.roundelay.testkit.storage.ClientProgram;
import dev.roundelay.testkit.storage.S3Fixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Real clients against the store as it is shipped: disk and PostgreSQL.
class S3OverPostgresIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.bundled();

    @TempDir
    Path folder;

    @TempDir
    Path data;

    private DiskBlobStore blobs;
    private JdbcBucketIndex index;
    private S3Server server;

    @BeforeEach
    void start() throws Exception {
        blobs = new DiskBlobStore(data, new SecureRandom()).start();
        index = new JdbcBucketIndex(database.jdbi(), InstantSource.system(), new SecureRandom());
        S3Fixture.createBuckets(index);
        server = new S3Server(
                        S3Config.of("127.0.0.1", 0),
                        id -> S3Fixture.find(id)
                                .map(user -> new S3KeyPair(
                                        user.accessKeyId(), user.secretAccessKey(), user.owner(), user.bucket())),
                        new ObjectStore(blobs, index),
                        InstantSource.system())
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void current_boto3_works_and_nothing_is_left_behind() throws Exception {
        ClientProgram.named("ROUNDELAY_TEST_PYTHON").run("s3_boto3.py", folder, S3Fixture.environment(server.port()));

        index.deletePrefix(S3Fixture.USER.bucket(), "");
        for (var upload : index.uploads(S3Fixture.USER.bucket())) {
            index.abort(upload.bucket(), upload.key(), upload.id());
        }
        var future = Instant.now().plus(Duration.ofDays(2));
        new BlobSweeper(blobs, index, () -> future, Duration.ZERO, Duration.ZERO, () -> false).sweep();

        assertThat(index.bucket(S3Fixture.USER.bucket()).usedBytes()).isZero();
        assertThat(index.bucket(S3Fixture.POOR.bucket()).usedBytes()).isZero();
        try (Stream<Path> files = Files.walk(data).filter(Files::isRegularFile)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void distribution_boto3_works() throws Exception {
        ClientProgram.of("/usr/bin/python3").run("s3_boto3.py", folder, S3Fixture.environment(server.port()));
    }

    @Test
    void aws_command_line_works() throws Exception {
        var environment = new HashMap<>(S3Fixture.environment(server.port()));
        environment.put("AWS", ClientProgram.path("ROUNDELAY_TEST_AWS"));
        ClientProgram.of("bash").run("s3_awscli.sh", folder, environment);
    }

    @Test
    void rclone_works() throws Exception {
        ClientProgram.requireOnPath("rclone");
        ClientProgram.of("bash").run("s3_rclone.sh", folder, S3Fixture.environment(server.port()));
    }
}
