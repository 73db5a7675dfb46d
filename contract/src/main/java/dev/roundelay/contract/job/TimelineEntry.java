package dev.roundelay.contract.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One step of a job's history.
public record TimelineEntry(
        Instant time,
        @Nullable String from,
        String to,
        @Nullable String phase,
        @Nullable String reason,
        String actor) {}
