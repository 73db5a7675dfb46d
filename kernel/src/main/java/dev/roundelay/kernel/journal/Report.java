package dev.roundelay.kernel.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One thing that an attempt reports. `n` counts from 1 over all kinds within the attempt.
public sealed interface Report {
    /// Returns the number of this report.
    long n();

    /// Returns the site that it is about; null for its author's own.
    @Nullable
    String site();

    /// Returns the site that it is about.
    default String siteOr(Author author) {
        String own = site();
        return own == null ? author.site() : own;
    }

    /// A log line. `source` is `user` or `worker`; `level` debug, info, warning or error.
    record Log(
            long n,
            Instant time,
            String source,
            String level,
            @Nullable Integer round,
            String message,
            @Nullable String site)
            implements Report {
        /// Makes a line of its author's own site.
        public Log(long n, Instant time, String source, String level, @Nullable Integer round, String message) {
            this(n, time, source, level, round, message, null);
        }
    }

    /// A live metric point; `step` null for a value of the whole round.
    record Metric(
            long n,
            Instant time,
            String name,
            @Nullable Integer round,
            @Nullable Long step,
            double value,
            @Nullable String site)
            implements Report {
        /// Makes a point of its author's own site.
        public Metric(long n, Instant time, String name, @Nullable Integer round, @Nullable Long step, double value) {
            this(n, time, name, round, step, value, null);
        }
    }

    /// Something that went less than well.
    record Warn(
            long n,
            String code,
            String message,
            @Nullable Integer round,
            @Nullable String site) implements Report {
        /// Makes a warning of its author's own site.
        public Warn(long n, String code, String message, @Nullable Integer round) {
            this(n, code, message, round, null);
        }
    }
}
