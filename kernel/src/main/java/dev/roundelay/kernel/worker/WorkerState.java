package dev.roundelay.kernel.worker;

import java.util.Locale;

/// The state of a worker.
public enum WorkerState {
    /// It syncs and takes new shards.
    ONLINE,
    /// It syncs, keeps what it has and takes nothing new.
    DRAINING,
    /// It has not synced for a lease time.
    OFFLINE,
    /// It left or was removed; its id never comes back.
    REMOVED;

    /// Returns whether nothing follows.
    public boolean isTerminal() {
        return this == REMOVED;
    }

    /// Returns the name on the wire.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
