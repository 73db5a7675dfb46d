package dev.roundelay.worker.config;

import java.util.ArrayList;
import java.util.List;

/// Collects what is wrong with a configuration, so that all of it is reported at once. Used by one thread.
final class Problems {
    private final List<String> found = new ArrayList<>();

    /// Adds a problem of an option.
    void add(String option, String what) {
        found.add("[" + option + "] " + what);
    }

    /// Throws if anything was added.
    void throwIfAny() throws ConfigException {
        if (!found.isEmpty()) {
            throw new ConfigException(found);
        }
    }
}
