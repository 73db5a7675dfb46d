package dev.roundelay.kernel.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One row of a job's timeline: it moved to another state or phase.
///
/// @param from   null for the first
/// @param phase  null when it ended
/// @param reason in words; null if there is nothing to say
/// @param actor  `kernel`, `federation`, or the user's id
public record JobTransition(
        JobId jobId,
        Instant time,
        @Nullable JobState from,
        JobState to,
        @Nullable JobPhase phase,
        @Nullable String reason,
        String actor) {}
