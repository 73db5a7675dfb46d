package dev.roundelay.server.store;

import dev.roundelay.s3.S3Config;
import dev.roundelay.s3.S3KeyPair;
import dev.roundelay.s3.S3Server;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.disk.DiskBlobStore;
import dev.roundelay.testkit.storage.JavaSdkSuite;
import dev.roundelay.testkit.storage.S3Fixture;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class JavaSdkOverPostgresIT extends JavaSdkSuite {
    @RegisterExtension
    final TestDatabase database = TestDatabase.bundled();

    @TempDir
    Path data;

    private @Nullable S3Server server;

    @Override
    protected int startEndpoint() throws IOException {
        var index = new JdbcBucketIndex(database.jdbi(), InstantSource.system(), new SecureRandom());
        S3Fixture.createBuckets(index);
        var objects = new ObjectStore(new DiskBlobStore(data, new SecureRandom()).start(), index);
        var started = new S3Server(
                        S3Config.of("127.0.0.1", 0),
                        id -> S3Fixture.find(id)
                                .map(user -> new S3KeyPair(
                                        user.accessKeyId(), user.secretAccessKey(), user.owner(), user.bucket())),
                        objects,
                        InstantSource.system())
                .start();
        server = started;
        return started.port();
    }

    @Override
    protected void stopEndpoint() {
        if (server != null) {
            server.close();
        }
    }
}
