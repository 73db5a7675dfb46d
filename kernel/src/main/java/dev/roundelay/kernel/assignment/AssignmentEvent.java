package dev.roundelay.kernel.assignment;

import java.util.Locale;

/// What moves an assignment.
public enum AssignmentEvent {
    /// Its worker reports that it prepares.
    PREPARE,
    /// Its worker reports that it is ready.
    READY,
    /// Its worker reports that everything is done.
    COMPLETE,
    /// Its lease ran out, or its worker started anew, left, or reports a loss.
    LOSE,
    /// Its worker reports a failure.
    FAIL,
    /// Its worker reports that its processes are gone.
    STOP;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
