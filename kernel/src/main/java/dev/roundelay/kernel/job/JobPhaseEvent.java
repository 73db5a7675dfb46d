package dev.roundelay.kernel.job;

import java.util.Locale;

/// What moves a live job from one phase to the next.
public enum JobPhaseEvent {
    /// All its shards got a slot at once.
    PLACE,
    /// It could not be made whole in time after losing a worker and gave its slots back.
    REQUEUE,
    /// All workers are ready and the first weights are there.
    START,
    /// A shard lost its worker.
    LOSE,
    /// Every shard that takes part has a ready worker again.
    RECOVER,
    /// All rounds are done.
    FINALIZE,
    /// It was cancelled or has failed.
    STOP;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
