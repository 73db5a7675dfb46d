package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.StaleEpochException;
import org.junit.jupiter.api.Test;

class DatabaseIT {
    @Test
    void a_write_with_the_current_epoch_passes_and_with_another_does_not() {
        try (Database database = TestDatabase.create()) {
            database.jdbi().useTransaction(handle -> EpochGuard.require(handle, new Epoch(1)));

            assertThatThrownBy(() -> database.jdbi().useTransaction(handle -> EpochGuard.require(handle, new Epoch(2))))
                    .isInstanceOf(StaleEpochException.class);
        }
    }

    @Test
    void commits_are_synchronous_and_synced() {
        try (Database database = TestDatabase.create()) {
            assertThat(show(database, "fsync")).isEqualTo("on");
            assertThat(show(database, "synchronous_commit")).isEqualTo("on");
            assertThat(show(database, "password_encryption")).isEqualTo("scram-sha-256");
            assertThat(show(database, "is_superuser")).isEqualTo("off");
        }
    }

    private static String show(Database database, String setting) {
        return database.jdbi()
                .withHandle(handle -> handle.createQuery("show " + setting)
                        .mapTo(String.class)
                        .one());
    }
}
