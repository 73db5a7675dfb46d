package dev.roundelay.server.store;

import org.junit.jupiter.api.AfterEach;

/// The store over the embedded PostgreSQL.
class JdbcKernelStoreIT extends JdbcKernelStoreContract {
    private final Database database = TestDatabase.create();

    @Override
    protected Database database() {
        return database;
    }

    @AfterEach
    void close() {
        database.close();
    }
}
