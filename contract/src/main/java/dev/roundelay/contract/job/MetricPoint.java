package dev.roundelay.contract.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One value of a metric.
///
/// @param scope `global` or `site`
/// @param step  of a live metric; null for a value of the whole round
public record MetricPoint(
        String name,
        String scope,
        @Nullable String site,
        @Nullable Integer round,
        @Nullable Long step,
        double value,
        Instant time) {}
