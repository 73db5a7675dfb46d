package dev.roundelay.server.store;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.Entry;
import dev.roundelay.kernel.journal.JobJournal;
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

/// A journal that tells readers of the stream at once that something was written.
public final class SignallingJournal implements JobJournal {
    private final JobJournal journal;
    private final Consumer<JobId> written;

    public SignallingJournal(JobJournal journal, Consumer<JobId> written) {
        this.journal = journal;
        this.written = written;
    }

    @Override
    public long append(Epoch epoch, JobId job, Author author, List<Report> entries) {
        long mark = journal.append(epoch, job, author, entries);
        written.accept(job);
        return mark;
    }

    @Override
    public void record(Epoch epoch, JobId job, List<Note> notes) {
        journal.record(epoch, job, notes);
        written.accept(job);
    }

    @Override
    public long mark(Author author) {
        return journal.mark(author);
    }

    @Override
    public LogSlice logs(JobId job, LogQuery query) {
        return journal.logs(job, query);
    }

    @Override
    public List<Line> tail(JobId job, String site, int count) {
        return journal.tail(job, site, count);
    }

    @Override
    public void forEachLine(JobId job, Consumer<Line> consumer) {
        journal.forEachLine(job, consumer);
    }

    @Override
    public List<Point> metrics(JobId job, MetricQuery query) {
        return journal.metrics(job, query);
    }

    @Override
    public List<Warning> warnings(JobId job) {
        return journal.warnings(job);
    }

    @Override
    public List<Entry> after(JobId job, long seq, int limit) {
        return journal.after(job, seq, limit);
    }

    @Override
    public long lastSeq(JobId job) {
        return journal.lastSeq(job);
    }
}
