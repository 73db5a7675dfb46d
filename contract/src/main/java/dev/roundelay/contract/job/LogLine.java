package dev.roundelay.contract.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One line of a job's log.
///
/// @param seq     the `after` cursor; unique and ascending within a job, shared with the job's other events
/// @param site    `site-<i+1>`, or null for lines of the server
/// @param source  `user`, `worker` or `server`
/// @param level   `debug`, `info`, `warning` or `error`
/// @param round   from 0, null outside a round
/// @param attempt which holder of the shard wrote it, from 1
public record LogLine(
        long seq,
        Instant time,
        @Nullable String site,
        String source,
        String level,
        @Nullable Integer round,
        @Nullable Integer attempt,
        String message) {}
