package dev.roundelay.worker.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects what is wrong with a configuration, so that all of it is reported at once. Used by one thread.
final class Problems {
    private final List<String> found = new ArrayList<>();

    /// Adds a problem of an option.
    void add(String option, String what) {
        found.add("[" + option + "] " + what);
    }

    /// Returns the number that was given for an option; what lies outside the bounds is a problem.
    long number(String option, @Nullable String given, long otherwise, long least, long most) {
        if (given == null) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(given.strip());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Reported below.
        }
        add(option, "'" + given + "' must be a whole number from " + least + " to " + most);
        return otherwise;
    }

    /// Throws if anything was added.
    void throwIfAny() throws ConfigException {
        if (!found.isEmpty()) {
            throw new ConfigException(found);
        }
    }
}
