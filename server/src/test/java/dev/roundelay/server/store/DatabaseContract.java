package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.StaleEpochException;
import org.junit.jupiter.api.Test;

/// What holds on every PostgreSQL that is promised to work.
abstract class DatabaseContract {
    abstract TestDatabase database();

    @Test
    void migrating_twice_changes_nothing() {
        database().database().migrate();

        assertThat(database().values("select epoch from server_epoch", Long.class))
                .hasSize(1);
    }

    @Test
    void a_write_under_an_old_epoch_commits_nothing() {
        Epoch old = database().raiseEpoch();
        Epoch current = database().raiseEpoch();

        assertThatThrownBy(() -> write(old)).isInstanceOf(StaleEpochException.class);
        write(current);

        assertThat(database().values("select value from server_setting", String.class))
                .containsExactly(current.toString());
    }

    private void write(Epoch epoch) {
        database().jdbi().useTransaction(handle -> {
            handle.execute(
                    "insert into server_setting (name, value) values (?, ?)", epoch.toString(), epoch.toString());
            EpochGuard.require(handle, epoch);
        });
    }

    @Test
    void commits_are_durable_and_the_role_is_no_superuser() {
        assertThat(database().values("show fsync", String.class)).containsExactly("on");
        assertThat(database().values("show synchronous_commit", String.class)).containsExactly("on");
        assertThat(database().values("show password_encryption", String.class)).containsExactly("scram-sha-256");
        assertThat(database().values("show is_superuser", String.class)).containsExactly("off");
    }
}
