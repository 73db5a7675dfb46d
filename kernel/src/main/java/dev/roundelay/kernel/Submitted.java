package dev.roundelay.kernel;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.worker.WorkerId;

/// What became of a submit. Nothing is written unless it is accepted.
public sealed interface Submitted {
    /// PENDING and durable.
    record Accepted(Job job) implements Submitted {}

    /// The owner has a live job on this slug.
    record SlugInUse(Job holder) implements Submitted {}

    /// The owner has as many live jobs as a user may have.
    record TooManyLiveJobs(int live, int limit) implements Submitted {}

    /// A pinned worker does not exist or does not serve this user.
    record UnknownWorker(WorkerId id) implements Submitted {}

    /// A worker is pinned twice.
    record DuplicateWorker(WorkerId id) implements Submitted {}
}
