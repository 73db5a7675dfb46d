package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.StaleEpochException;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.JournalLimits;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.testkit.journal.JobJournalContract;
import dev.roundelay.testkit.kernel.KernelSamples;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcJobJournalIT extends JobJournalContract {
    private static final TestDatabase DATABASE = TestDatabase.bundled().open();

    private Epoch epoch = new Epoch(1);

    @BeforeEach
    void two_jobs() {
        DATABASE.jdbi().useHandle(handle -> handle.execute("delete from job"));
        epoch = DATABASE.raiseEpoch();
        new JdbcKernelStore(DATABASE.jdbi())
                .commit(
                        epoch,
                        KernelSamples.inserting(
                                List.of(
                                        KernelSamples.job("one", "ada", KernelSamples.NOON),
                                        KernelSamples.job("two", "ada", KernelSamples.NOON)),
                                List.of(),
                                List.of()),
                        Participant.NONE);
        DATABASE.jdbi().useHandle(handle -> {
            handle.execute("delete from job_event");
            handle.execute("update job_counter set seq = 0, log_characters = 0, points = 0");
        });
    }

    @AfterAll
    static void close() {
        DATABASE.close();
    }

    @Override
    protected JobJournal journal() {
        return new JdbcJobJournal(DATABASE.jdbi(), _ -> {});
    }

    @Override
    protected JobJournal journal(JournalLimits limits) {
        return new JdbcJobJournal(DATABASE.jdbi(), _ -> {}, limits);
    }

    @Override
    protected Epoch epoch() {
        return epoch;
    }

    @Test
    void a_server_that_was_replaced_writes_nothing() {
        DATABASE.raiseEpoch();

        assertThatThrownBy(() ->
                        journal().record(epoch, ONE, List.of(new Note.Log(Instant.EPOCH, null, "info", null, "late"))))
                .isInstanceOf(StaleEpochException.class);
    }
}
