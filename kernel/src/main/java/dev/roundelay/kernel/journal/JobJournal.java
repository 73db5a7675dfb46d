package dev.roundelay.kernel.journal;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.job.JobId;
import java.util.List;
import java.util.function.Consumer;

/// The journal of each job. Everything in it takes its `seq` from one counter per job, so that a reader who remembers
/// the last `seq` never misses or doubles anything.
///
/// Writes are guarded by the epoch and are durable on return. Thread-safe.
public interface JobJournal {
    /// Stores what one attempt of a shard reports. Entries at or below the attempt's high-water mark are dropped, so
    /// a repeated call changes nothing.
    ///
    /// @param entries in ascending `n`
    /// @return the attempt's new high-water mark
    /// @throws dev.roundelay.kernel.StaleEpochException if another server is active
    long append(Epoch epoch, JobId job, Author author, List<Report> entries);

    /// Stores what the server itself has to say about a job.
    ///
    /// @throws dev.roundelay.kernel.StaleEpochException if another server is active
    void record(Epoch epoch, JobId job, List<Note> notes);

    /// Returns the high-water mark of an attempt, 0 before its first entry.
    long mark(Author author);

    /// Returns a page of log lines after `query.after`, oldest first.
    LogSlice logs(JobId job, LogQuery query);

    /// Returns the last `count` lines of a site, oldest first.
    List<Line> tail(JobId job, String site, int count);

    /// Hands every line of the job to `consumer`, oldest first, without holding them all in memory.
    void forEachLine(JobId job, Consumer<Line> consumer);

    /// Returns metric points, ordered by name, then round and step.
    List<Point> metrics(JobId job, MetricQuery query);

    /// Returns the job's warnings, first seen first.
    List<Warning> warnings(JobId job);

    /// Returns lines, points and events after `seq`, ascending, at most `limit`.
    List<Entry> after(JobId job, long seq, int limit);

    /// Returns the highest `seq` given so far, 0 before the first.
    long lastSeq(JobId job);
}
