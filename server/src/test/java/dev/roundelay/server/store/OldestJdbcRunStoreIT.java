package dev.roundelay.server.store;

import org.junit.jupiter.api.extension.RegisterExtension;

/// The store over the oldest PostgreSQL that is promised to work.
class OldestJdbcRunStoreIT extends JdbcRunStoreContract {
    @RegisterExtension
    static final TestDatabase DATABASE = TestDatabase.oldest();

    OldestJdbcRunStoreIT() {
        super(DATABASE);
    }
}
