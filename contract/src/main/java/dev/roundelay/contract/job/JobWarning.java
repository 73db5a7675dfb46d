package dev.roundelay.contract.job;

import org.jspecify.annotations.Nullable;

/// Something that went less than well without ending the job.
///
/// @param count how often it happened
public record JobWarning(
        String code,
        String message,
        @Nullable String site,
        @Nullable Integer round,
        int count) {}
