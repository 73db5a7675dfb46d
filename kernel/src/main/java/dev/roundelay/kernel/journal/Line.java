package dev.roundelay.kernel.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A stored log line.
public record Line(
        long seq,
        Instant time,
        @Nullable String site,
        String source,
        String level,
        @Nullable Integer round,
        @Nullable Integer attempt,
        String message) {}
