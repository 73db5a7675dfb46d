package dev.roundelay.contract.worker;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `PATCH /workers/{id}`: absent parts stay as they are.
public record WorkerPatch(
        @Nullable String name,
        @Nullable Integer pricePerGpuHourCents,
        @Nullable Map<String, String> labels,
        @Nullable Boolean shared) {}
