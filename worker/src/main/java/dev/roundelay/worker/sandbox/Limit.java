package dev.roundelay.worker.sandbox;

import java.util.Locale;

/// The limits that end a sandbox.
public enum Limit {
    /// Memory of all processes together.
    MEMORY,
    /// Processes and threads.
    PROCESSES,
    /// Bytes below a writable mount.
    DISK,
    /// Folders below each other in a writable mount.
    DEPTH;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
