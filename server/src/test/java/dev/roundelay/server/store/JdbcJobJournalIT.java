package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.StaleEpochException;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.Entry;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.JournalLimits;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.kernel.journal.Report;
import dev.roundelay.testkit.journal.JobJournalContract;
import dev.roundelay.testkit.kernel.KernelSamples;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
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
    void a_reader_that_follows_a_writer_misses_nothing() throws Exception {
        int count = 400;
        AtomicBoolean over = new AtomicBoolean();
        Thread writer = Thread.ofPlatform().start(() -> {
            JobJournal journal = journal();
            Author author = new Author(new AssignmentId("asg_1"), "site-1", 1);
            for (int n = 1; n <= count; n++) {
                journal.append(
                        epoch,
                        ONE,
                        author,
                        List.of(
                                new Report.Log(2L * n, Instant.EPOCH, "user", "info", 0, "line " + n),
                                new Report.Metric(2L * n + 1, Instant.EPOCH, "loss", n, null, n)));
            }
            over.set(true);
        });
        List<Entry> read = new ArrayList<>();
        for (boolean last = false; !last; ) {
            last = over.get();
            List<Entry> batch =
                    journal().after(ONE, read.isEmpty() ? 0 : read.getLast().seq(), 500);
            read.addAll(batch);
            last = last && batch.isEmpty();
        }
        writer.join();

        assertThat(read).filteredOn(Entry.Logged.class::isInstance).hasSize(count);
        assertThat(read).filteredOn(Entry.Measured.class::isInstance).hasSize(count);
    }

    @Test
    void a_server_that_was_replaced_writes_nothing() {
        DATABASE.raiseEpoch();

        assertThatThrownBy(() ->
                        journal().record(epoch, ONE, List.of(new Note.Log(Instant.EPOCH, null, "info", null, "late"))))
                .isInstanceOf(StaleEpochException.class);
    }
}
