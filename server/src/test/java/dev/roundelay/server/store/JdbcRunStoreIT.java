package dev.roundelay.server.store;

import org.junit.jupiter.api.extension.RegisterExtension;

/// The store over the PostgreSQL that comes with the product.
class JdbcRunStoreIT extends JdbcRunStoreContract {
    @RegisterExtension
    static final TestDatabase DATABASE = TestDatabase.bundled();

    JdbcRunStoreIT() {
        super(DATABASE);
    }
}
