package dev.roundelay.kernel.journal;

import java.util.regex.Pattern;

/// The names that metrics may have, and how many of them.
public final class MetricNames {
    /// Names of a job.
    public static final int MAX_NAMES = 1_000;
    /// Points of a job.
    public static final int MAX_POINTS = 1_000_000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z][\\w./-]{0,99}");

    private MetricNames() {}

    /// Returns whether a metric may be called so.
    public static boolean isValid(String name) {
        return NAME.matcher(name).matches();
    }
}
