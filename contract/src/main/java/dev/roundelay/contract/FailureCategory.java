package dev.roundelay.contract;

import java.util.Locale;

/// Whose fault a failure is.
public enum FailureCategory {
    /// The submitted code, data or specification.
    USER,
    /// Memory, disk, GPUs or limits were not enough.
    RESOURCES,
    /// Machines, network or Roundelay itself.
    PLATFORM;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
