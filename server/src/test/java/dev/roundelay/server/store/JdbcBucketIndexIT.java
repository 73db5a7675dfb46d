package dev.roundelay.server.store;

import org.junit.jupiter.api.extension.RegisterExtension;

class JdbcBucketIndexIT extends JdbcBucketIndexContract {
    @RegisterExtension
    static final TestDatabase DATABASE = TestDatabase.bundled();

    @Override
    protected Database database() {
        return DATABASE.database();
    }
}
