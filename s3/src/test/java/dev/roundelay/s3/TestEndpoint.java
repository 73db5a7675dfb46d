package dev.roundelay.s3;

import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.disk.DiskBlobStore;
import dev.roundelay.storage.memory.MemoryBlobStore;
import dev.roundelay.storage.memory.MemoryBucketIndex;
import dev.roundelay.testkit.storage.S3Fixture;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;

/// A running endpoint with the fixture's users, for one test.
final class TestEndpoint implements AutoCloseable {
    private final ObjectStore objects;
    private final S3Server server;

    private TestEndpoint(BlobStore blobs, S3Config config) throws IOException {
        this(blobs, config, TransportBounds.local());
    }

    private TestEndpoint(BlobStore blobs, S3Config config, TransportBounds bounds) throws IOException {
        var index = new MemoryBucketIndex(InstantSource.system(), new SecureRandom());
        S3Fixture.createBuckets(index);
        this.objects = new ObjectStore(blobs, index);
        S3Credentials credentials = id -> S3Fixture.find(id)
                .map(user -> new S3KeyPair(user.accessKeyId(), user.secretAccessKey(), user.owner(), user.bucket()));
        this.server = new S3Server(config, credentials, objects, InstantSource.system(), null, bounds).start();
    }

    static TestEndpoint inMemory() throws IOException {
        return new TestEndpoint(
                new MemoryBlobStore(new SecureRandom(), InstantSource.system()), S3Config.of("127.0.0.1", 0));
    }

    static TestEndpoint onDisk(Path folder) throws IOException {
        return onDisk(folder, S3Config.of("127.0.0.1", 0));
    }

    static TestEndpoint onDisk(Path folder, S3Config config) throws IOException {
        return new TestEndpoint(new DiskBlobStore(folder, new SecureRandom()).start(), config);
    }

    static TestEndpoint onDisk(Path folder, S3Config config, TransportBounds bounds) throws IOException {
        return new TestEndpoint(new DiskBlobStore(folder, new SecureRandom()).start(), config, bounds);
    }

    ObjectStore objects() {
        return objects;
    }

    int port() {
        return server.port();
    }

    Map<String, String> environment() {
        return S3Fixture.environment(server.port());
    }

    @Override
    public void close() {
        server.close();
    }
}
