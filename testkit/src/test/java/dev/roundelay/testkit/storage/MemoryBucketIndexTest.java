package dev.roundelay.testkit.storage;

import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.memory.MemoryBucketIndex;
import java.time.InstantSource;
import java.util.Random;

class MemoryBucketIndexTest extends BucketIndexContract {
    @Override
    protected BucketIndex createIndex() {
        return new MemoryBucketIndex(InstantSource.system(), new Random(1));
    }
}
