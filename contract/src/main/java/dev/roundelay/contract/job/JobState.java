package dev.roundelay.contract.job;

/// The state of a job on the wire, as the published clients know it.
public enum JobState {
    /// Accepted and durable; waits for workers or for them to get ready.
    PENDING,
    /// Every worker has reported ready.
    RUNNING,
    /// All outputs are durable in the bucket.
    FINISHED,
    /// Ended by an error.
    FAILED,
    /// Ended by the user.
    CANCELLED;

    /// Returns whether nothing changes any more.
    public boolean isTerminal() {
        return this == FINISHED || this == FAILED || this == CANCELLED;
    }
}
