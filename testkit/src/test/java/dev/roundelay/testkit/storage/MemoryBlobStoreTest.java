package dev.roundelay.testkit.storage;

import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.memory.MemoryBlobStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

class MemoryBlobStoreTest extends BlobStoreContract {
    @Override
    protected BlobStore createStore() {
        return new MemoryBlobStore(new SecureRandom(), InstantSource.system());
    }

    @Override
    protected Instant later() {
        return Instant.now().plus(Duration.ofHours(1));
    }
}
