package dev.roundelay.kernel.job;

import java.util.Locale;

/// What a live job is busy with. An ended job has none.
public enum JobPhase {
    /// PENDING without slots; it has a place in the queue and a reason in words.
    QUEUED,
    /// PENDING with slots held: environment, shard, import, first weights.
    PREPARING,
    /// RUNNING, every shard that takes part has a ready worker.
    TRAINING,
    /// RUNNING, while a shard is being re-assigned or gets ready again.
    RECOVERING,
    /// RUNNING, all rounds are done and the outputs are written; lost workers are not replaced any more.
    FINALIZING,
    /// PENDING or RUNNING, while its assignments are stopped, because it was cancelled or has failed.
    STOPPING;

    /// Returns the name on the wire.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
