package dev.roundelay.kernel.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One thing that the server says about a job.
public sealed interface Note {
    /// A log line of the server; `site` null when it is about the whole job.
    record Log(
            Instant time,
            @Nullable String site,
            String level,
            @Nullable Integer round,
            String message) implements Note {}

    /// A metric of a round: global when `site` is null. A repeated (name, site, round) replaces the value.
    record Metric(Instant time, String name, @Nullable String site, int round, double value) implements Note {}

    /// A warning; a repeated (code, site, round) raises its count.
    record Warn(
            Instant time,
            String code,
            String message,
            @Nullable String site,
            @Nullable Integer round) implements Note {}

    /// An event for readers of the stream; `json` is one JSON object.
    record Event(Instant time, String kind, String json) implements Note {}
}
