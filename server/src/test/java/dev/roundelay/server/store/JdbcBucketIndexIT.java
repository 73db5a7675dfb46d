package dev.roundelay.server.store;

import dev.roundelay.storage.BucketIndex;
import dev.roundelay.testkit.storage.BucketIndexContract;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class JdbcBucketIndexIT extends BucketIndexContract {
    private static Database database;

    @BeforeAll
    static void open() {
        database = TestDatabase.create();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Override
    protected BucketIndex createIndex() {
        StorageTables.empty(database);
        return new JdbcBucketIndex(database.jdbi(), InstantSource.system(), new SecureRandom());
    }
}
