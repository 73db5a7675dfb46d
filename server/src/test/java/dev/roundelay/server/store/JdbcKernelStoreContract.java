package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.Changes;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.StoreUnavailableException;
import dev.roundelay.testkit.kernel.KernelSamples;
import dev.roundelay.testkit.kernel.KernelStoreContract;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The contract over PostgreSQL; which one it is, a subclass says. One database serves all its tests, emptied before
/// each.
abstract class JdbcKernelStoreContract extends KernelStoreContract {
    protected abstract TestDatabase database();

    @BeforeEach
    void empty() {
        database().jdbi().useHandle(handle -> {
            handle.execute("truncate job, worker cascade");
            handle.execute("update server_epoch set holder = 'nobody'");
        });
    }

    @Test
    void a_session_that_is_ended_within_a_commit_makes_the_store_unavailable() {
        Changes changes = KernelSamples.inserting(
                List.of(KernelSamples.job("mnist", "ada", KernelSamples.NOON)), List.of(), List.of());
        JdbcParticipant ending = handle -> handle.execute("select pg_terminate_backend(pg_backend_pid())");

        assertThatThrownBy(() -> store().commit(epoch(), changes, ending))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("[kernel store] the database did not answer; try again in a moment");

        assertThat(store().load(epoch()).jobs()).isEmpty();
    }

    @Test
    void every_row_of_a_job_has_its_own_number_in_the_jobs_order() {
        Changes changes = KernelSamples.inserting(
                List.of(KernelSamples.job("mnist", "ada", KernelSamples.NOON)), List.of(), List.of());
        store().commit(epoch(), changes, Participant.NONE);

        assertThat(database().values("select seq from job_transition", Long.class))
                .containsExactly(1L);
        assertThat(database().values("select seq from job_event", Long.class)).containsExactly(2L);
        assertThat(database().values("select seq from job_counter", Long.class)).containsExactly(2L);
    }

    @Override
    protected KernelStore store() {
        return new JdbcKernelStore(database().jdbi());
    }

    @Override
    protected Epoch epoch() {
        return new Epoch(
                database().values("select epoch from server_epoch", Long.class).getFirst());
    }

    @Override
    protected Epoch raiseEpoch() {
        return database().raiseEpoch();
    }

    @Override
    protected Participant marking(Runnable then) {
        return (JdbcParticipant) handle -> {
            handle.execute("update server_epoch set holder = 'marked'");
            then.run();
        };
    }

    @Override
    protected boolean isMarked() {
        return database()
                .values("select holder = 'marked' from server_epoch", Boolean.class)
                .getFirst();
    }
}
