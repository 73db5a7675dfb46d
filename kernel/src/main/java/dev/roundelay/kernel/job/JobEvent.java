package dev.roundelay.kernel.job;

import java.util.Locale;

/// What moves a job from one state to the next.
public enum JobEvent {
    /// All workers are ready and the first weights are there.
    START,
    /// All outputs are durable.
    FINISH,
    /// It ended by an error.
    FAIL,
    /// The user's cancel is confirmed.
    CANCEL;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
