package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where the kernel's facts are durable. Safe for use by many threads; only the kernel's single writer calls
/// [#commit].
///
/// Every method throws [StoreUnavailableException] if the store does not answer; after that of a write, whether it
/// was committed is unknown. Every write throws [StaleEpochException] and changes nothing if the epoch is not the
/// current one.
public interface KernelStore {
    /// Returns everything that lives, as committed: live jobs, workers not removed, assignments that hold a slot and
    /// the highest attempt of each shard of a live job.
    KernelImage load(Epoch epoch);

    /// Commits all changes and the participant's facts in one transaction.
    ///
    /// @throws IllegalArgumentException if the store does not know this kind of participant
    /// @throws RuntimeException         whatever the participant throws; then nothing is committed
    void commit(Epoch epoch, Changes changes, Participant with);

    /// Writes, in one statement for each kind, until when leases last and when workers were last seen. For display
    /// and history only.
    void renew(Epoch epoch, Map<WorkerId, Instant> lastSeen, Map<AssignmentId, Instant> leasedUntil);

    /// Returns a job, live or ended; empty if there is none.
    Optional<Job> findJob(JobId id);

    /// Returns a page of jobs, live and ended, newest first.
    JobPage listJobs(JobQuery query);

    /// Returns a job's timeline in the order of its commits; empty if there is no such job.
    List<JobTransition> timeline(JobId id);

    /// Returns all assignments of a job, by shard and attempt; empty if there is no such job.
    List<Assignment> assignments(JobId id);

    /// Sets the note and tags of an ended job.
    ///
    /// @return whether there is such a job and it has ended; a live job's are the kernel's to set
    boolean annotateEnded(Epoch epoch, JobId id, String note, List<String> tags);

    /// Deletes an ended job, its timeline, events and assignments, together with the participant's facts.
    ///
    /// @return whether there was such a job, it had ended, and no assignment of it held a slot; if not, nothing is
    ///     written
    boolean deleteEnded(Epoch epoch, JobId id, Participant with);
}
