package dev.roundelay.kernel.assignment;

import java.util.Locale;

/// The state of an assignment.
public enum AssignmentState {
    /// The slot is held; the worker has not taken it up yet.
    OFFERED,
    /// The worker fetches inputs, builds the environment, imports the user's module.
    PREPARING,
    /// The harness waits for steps or runs one.
    READY,
    /// It finished its last step and its processes are gone.
    DONE,
    /// Its worker went away, started anew, or its harness was killed from outside.
    LOST,
    /// Its code, its environment or its machine failed.
    FAILED,
    /// It was told to stop, and its processes are gone.
    STOPPED;

    /// Returns whether nothing follows and its slot is free.
    public boolean isTerminal() {
        return this == DONE || this == LOST || this == FAILED || this == STOPPED;
    }

    /// Returns the name on the wire.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
