package dev.roundelay.federation.round;

import java.util.Locale;

/// What moves a round from one state to another.
public enum RoundEvent {
    /// Enough sites have answered, or the time is up.
    CLOSE,
    /// The members' updates are aggregated and the new model is durable.
    COMMIT,
    /// The job ends.
    ABANDON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
