package dev.roundelay.kernel.journal;

import java.util.regex.Pattern;

/// The names that metrics may have.
public final class MetricNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][\\w./-]{0,99}");

    private MetricNames() {}

    /// Returns whether a metric may be called so.
    public static boolean isValid(String name) {
        return NAME.matcher(name).matches();
    }
}
