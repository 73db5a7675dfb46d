package dev.roundelay.server.store;

import org.junit.jupiter.api.extension.RegisterExtension;

/// The kernel's store over the embedded PostgreSQL.
class JdbcKernelStoreIT extends JdbcKernelStoreContract {
    @RegisterExtension
    static final TestDatabase DATABASE = TestDatabase.bundled();

    @Override
    protected TestDatabase database() {
        return DATABASE;
    }
}
