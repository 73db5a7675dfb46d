package dev.roundelay.federation;

import dev.roundelay.kernel.job.JobId;

/// Says what a job's specification asks of its rounds; the server reads it from the specification's JSON.
@FunctionalInterface
public interface RunSpecs {
    /// Returns the spec of a job that the kernel has accepted.
    RunSpec of(JobId job);
}
