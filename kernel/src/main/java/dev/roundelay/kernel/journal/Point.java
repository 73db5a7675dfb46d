package dev.roundelay.kernel.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A stored metric value: global when `site` is null.
public record Point(
        long seq,
        Instant time,
        String name,
        @Nullable String site,
        @Nullable Integer round,
        @Nullable Long step,
        double value) {}
