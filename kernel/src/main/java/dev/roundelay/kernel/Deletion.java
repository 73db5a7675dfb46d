package dev.roundelay.kernel;

/// What became of the wish to delete a job.
public enum Deletion {
    /// It is gone.
    DELETED,
    /// There is no such job, or it has not ended.
    NOT_ENDED,
    /// It has ended, and a worker has not confirmed yet that its processes are gone: try again in a few seconds.
    WORKERS_STOPPING
}
