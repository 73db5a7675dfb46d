package dev.roundelay.server.store;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.Entry;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.JournalLimits;
import dev.roundelay.kernel.journal.Line;
import dev.roundelay.kernel.journal.LogQuery;
import dev.roundelay.kernel.journal.LogSlice;
import dev.roundelay.kernel.journal.MetricQuery;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.kernel.journal.Point;
import dev.roundelay.kernel.journal.Report;
import dev.roundelay.kernel.journal.Warning;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The journal in PostgreSQL. One transaction a call: it locks the job's counter row, takes the next range of `seq`,
/// stores, and raises the attempt's high-water mark.
public final class JdbcJobJournal implements JobJournal {
    private final Jdbi jdbi;
    private final JournalReads reads;
    private final Consumer<JobId> written;
    private final JournalLimits limits;

    /// @param written told of each job about which something was written here, after it is durable
    public JdbcJobJournal(Jdbi jdbi, Consumer<JobId> written) {
        this(jdbi, written, JournalLimits.DEFAULT);
    }

    /// @param written told of each job about which something was written here, after it is durable
    public JdbcJobJournal(Jdbi jdbi, Consumer<JobId> written, JournalLimits limits) {
        this.jdbi = jdbi;
        this.written = written;
        this.limits = limits;
        this.reads = new JournalReads(jdbi);
    }

    @Override
    public long append(Epoch epoch, JobId job, Author author, List<Report> entries) {
        long reached = jdbi.inTransaction(handle -> {
            EpochGuard.require(handle, epoch);
            // INVARIANT: the counter row is locked before the mark is read, so two calls of one attempt take turns.
            JournalWrites writes = JournalWrites.lock(handle, job, limits);
            long mark = markOf(handle, author);
            for (Report report : entries) {
                if (report.n() > mark) {
                    mark = report.n();
                    writes.add(author, report);
                }
            }
            writes.finish();
            handle.execute("""
                    insert into job_log_mark (job_id, assignment_id, attempt, mark) values (?, ?, ?, ?)
                    on conflict (assignment_id, attempt) do update set mark = excluded.mark
                    """, job.value(), author.assignment().value(), author.attempt(), mark);
            return mark;
        });
        written.accept(job);
        return reached;
    }

    @Override
    public void record(Epoch epoch, JobId job, List<Note> notes) {
        jdbi.useTransaction(handle -> {
            EpochGuard.require(handle, epoch);
            write(handle, job, notes);
        });
        written.accept(job);
    }

    /// Stores notes within a transaction of another store, which has checked the epoch.
    static void write(Handle handle, JobId job, List<Note> notes) {
        if (!notes.isEmpty()) {
            JournalWrites writes = JournalWrites.lock(handle, job, JournalLimits.DEFAULT);
            notes.forEach(writes::add);
            writes.finish();
        }
    }

    private static long markOf(Handle handle, Author author) {
        return handle.createQuery("select mark from job_log_mark where assignment_id = ? and attempt = ?")
                .bind(0, author.assignment().value())
                .bind(1, author.attempt())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
    }

    @Override
    public long mark(Author author) {
        return jdbi.withHandle(handle -> markOf(handle, author));
    }

    @Override
    public LogSlice logs(JobId job, LogQuery query) {
        return reads.logs(job, query);
    }

    @Override
    public List<Line> tail(JobId job, String site, int count) {
        return reads.tail(job, site, count);
    }

    @Override
    public void forEachLine(JobId job, Consumer<Line> consumer) {
        reads.forEachLine(job, consumer);
    }

    @Override
    public List<Point> metrics(JobId job, MetricQuery query) {
        return reads.metrics(job, query);
    }

    @Override
    public List<Warning> warnings(JobId job) {
        return reads.warnings(job);
    }

    @Override
    public List<Entry> after(JobId job, long seq, int limit) {
        return reads.after(job, seq, limit);
    }

    @Override
    public long lastSeq(JobId job) {
        return reads.lastSeq(job);
    }
}
