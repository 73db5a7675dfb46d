package dev.roundelay.kernel.journal;

import org.jspecify.annotations.Nullable;

/// A warning with how often it happened.
public record Warning(
        String code,
        String message,
        @Nullable String site,
        @Nullable Integer round,
        int count) {}
