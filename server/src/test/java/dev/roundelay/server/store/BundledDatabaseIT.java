package dev.roundelay.server.store;

import org.junit.jupiter.api.extension.RegisterExtension;

final class BundledDatabaseIT extends DatabaseContract {
    @RegisterExtension
    static final TestDatabase DATABASE = TestDatabase.bundled();

    @Override
    TestDatabase database() {
        return DATABASE;
    }
}
