package dev.roundelay.kernel;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;

/// What became of a request to cancel.
public sealed interface Cancelled {
    /// The wish is recorded; the job is CANCELLED once its workers have stopped and its outputs are written.
    record Requested(Job job) implements Cancelled {}

    /// It is CANCELLED since before.
    record AlreadyCancelled(Job job) implements Cancelled {}

    /// It is FINISHED or FAILED.
    record AlreadyEnded(Job job) implements Cancelled {}

    /// There is no such job.
    record Unknown(JobId id) implements Cancelled {}
}
