package dev.roundelay.kernel.job;

/// The public state of a job. States only move forward, and there is one end state for each job.
public enum JobState {
    /// Accepted, checked and durable; waiting for workers or for them to get ready.
    PENDING,
    /// Every worker has reported ready.
    RUNNING,
    /// All outputs are durable in the bucket.
    FINISHED,
    /// Ended by an error.
    FAILED,
    /// Ended by the user; every reachable worker has confirmed that its processes are gone.
    CANCELLED;

    /// Returns whether nothing follows.
    public boolean isTerminal() {
        return this == FINISHED || this == FAILED || this == CANCELLED;
    }
}
