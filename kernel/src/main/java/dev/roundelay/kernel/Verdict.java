package dev.roundelay.kernel;

import dev.roundelay.kernel.job.Job;

/// What became of a verb on a live job. To lose a race is normal and changes nothing.
public sealed interface Verdict {
    /// It is committed; the job is as it is now.
    record Applied(Job job) implements Verdict {}

    /// Something else came first, such as a cancel before a finish, or the job is not live any more.
    record Rejected(String reason) implements Verdict {}

    /// Returns whether it was committed.
    default boolean isApplied() {
        return this instanceof Applied;
    }
}
