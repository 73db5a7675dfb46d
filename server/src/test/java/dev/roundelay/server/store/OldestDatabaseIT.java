package dev.roundelay.server.store;

import org.junit.jupiter.api.extension.RegisterExtension;

final class OldestDatabaseIT extends DatabaseContract {
    @RegisterExtension
    static final TestDatabase DATABASE = TestDatabase.oldest();

    @Override
    TestDatabase database() {
        return DATABASE;
    }
}
