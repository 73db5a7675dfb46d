package dev.roundelay.kernel.worker;

import java.util.Locale;

/// What moves a worker.
public enum WorkerEvent {
    /// It syncs again, and is not to be drained.
    RETURN,
    /// It syncs again, and is to be drained.
    RETURN_TO_DRAIN,
    /// It has been silent for a lease time.
    FALL_SILENT,
    /// Somebody drains it.
    DRAIN,
    /// Somebody ends the draining.
    UNDRAIN,
    /// It leaves or is removed.
    REMOVE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
