package dev.roundelay.server.store;

import org.junit.jupiter.api.extension.RegisterExtension;

class OldestJdbcBucketIndexIT extends JdbcBucketIndexContract {
    @RegisterExtension
    static final TestDatabase DATABASE = TestDatabase.oldest();

    @Override
    protected Database database() {
        return DATABASE.database();
    }
}
