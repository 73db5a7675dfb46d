package dev.roundelay.server.store;

import org.junit.jupiter.api.extension.RegisterExtension;

/// The kernel's store over the oldest PostgreSQL.
class OldestJdbcKernelStoreIT extends JdbcKernelStoreContract {
    @RegisterExtension
    static final TestDatabase DATABASE = TestDatabase.oldest();

    @Override
    protected TestDatabase database() {
        return DATABASE;
    }
}
