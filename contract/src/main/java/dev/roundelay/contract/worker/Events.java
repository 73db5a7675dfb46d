package dev.roundelay.contract.worker;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `POST /worker/v1/assignments/{id}/events`. Lines are numbered from 1 in each attempt; repeated ones are dropped.
/// `shard` says, where an assignment has several, which of them was at work; null is the assignment's own.
public record Events(List<Line> lines, List<Metric> metrics, List<Warning> warnings) {
    public Events {
        lines = List.copyOf(Objects.requireNonNull(lines, "lines is missing"));
        metrics = List.copyOf(Objects.requireNonNull(metrics, "metrics is missing"));
        warnings = List.copyOf(Objects.requireNonNull(warnings, "warnings is missing"));
    }

    /// A log line. `source` is `user` or `worker`.
    public record Line(
            long n,
            Instant time,
            String source,
            String level,
            @Nullable Integer round,
            String message,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Integer shard) {
        @JsonCreator
        public Line {
            Objects.requireNonNull(time, "time is missing");
            Objects.requireNonNull(source, "source is missing");
            Objects.requireNonNull(level, "level is missing");
            Objects.requireNonNull(message, "message is missing");
        }

        /// Makes a line of the assignment's own shard.
        public Line(long n, Instant time, String source, String level, @Nullable Integer round, String message) {
            this(n, time, source, level, round, message, null);
        }
    }

    /// A live metric point; `n` counts with the lines, so that repeats are dropped in the same way.
    public record Metric(
            long n,
            Instant time,
            String name,
            @Nullable Integer round,
            @Nullable Long step,
            double value,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Integer shard) {
        @JsonCreator
        public Metric {
            Objects.requireNonNull(time, "time is missing");
            Objects.requireNonNull(name, "name is missing");
        }

        /// Makes a point of the assignment's own shard.
        public Metric(long n, Instant time, String name, @Nullable Integer round, @Nullable Long step, double value) {
            this(n, time, name, round, step, value, null);
        }
    }

    /// A warning for the job page; `n` counts with the lines.
    public record Warning(
            long n,
            String code,
            String message,
            @Nullable Integer round,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Integer shard) {
        @JsonCreator
        public Warning {
            Objects.requireNonNull(code, "code is missing");
            Objects.requireNonNull(message, "message is missing");
        }

        /// Makes a warning of the assignment's own shard.
        public Warning(long n, String code, String message, @Nullable Integer round) {
            this(n, code, message, round, null);
        }
    }
}
