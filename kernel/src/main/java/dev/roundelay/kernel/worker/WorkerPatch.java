package dev.roundelay.kernel.worker;

import java.util.Map;
import java.util.Optional;

/// What an owner or an admin changes of a worker; an empty component stays as it is.
///
/// @param labels set by the owner, laid over those that the worker reports
public record WorkerPatch(
        Optional<String> name,
        Optional<Integer> pricePerGpuHourCents,
        Optional<Map<String, String>> labels,
        Optional<Boolean> shared) {}
