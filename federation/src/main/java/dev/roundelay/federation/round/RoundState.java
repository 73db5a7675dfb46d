package dev.roundelay.federation.round;

import java.util.Locale;

/// The states of a round.
public enum RoundState {
    /// Workers train from its input model, and their updates are accepted.
    OPEN,
    /// The member list is fixed; an update is accepted only from a member whose spooled one was lost.
    CLOSED,
    /// The model that it made is the job's newest one.
    COMMITTED,
    /// The job ended before the round could be committed; nothing of it counts.
    ABANDONED;

    /// Tells whether a round never leaves this state.
    public boolean isTerminal() {
        return this == COMMITTED || this == ABANDONED;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
