package dev.roundelay.kernel.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One thing that an attempt reports. `n` counts from 1 over all kinds within the attempt.
public sealed interface Report {
    /// Returns the number of this report.
    long n();

    /// A log line. `source` is `user` or `worker`; `level` debug, info, warning or error.
    record Log(
            long n,
            Instant time,
            String source,
            String level,
            @Nullable Integer round,
            String message) implements Report {}

    /// A live metric point; `step` null for a value of the whole round.
    record Metric(
            long n,
            Instant time,
            String name,
            @Nullable Integer round,
            @Nullable Long step,
            double value) implements Report {}

    /// Something that went less than well.
    record Warn(
            long n, String code, String message, @Nullable Integer round) implements Report {}
}
