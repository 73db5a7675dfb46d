package dev.roundelay.worker.telemetry;

import java.util.List;
import java.util.Map;

/// What a worker has, as it tells the server. Constant while the agent runs.
///
/// @param slots    at most; GPUs that do not work have none
/// @param device   `cpu` or `cuda`
/// @param model    catalogue id of its GPUs, else `cpu`
/// @param memoryMb host memory that all slots share
/// @param versions such as `agent`, `python`, `java`
public record Machine(
        String name,
        int slots,
        String device,
        String model,
        long memoryMb,
        Map<String, String> labels,
        List<String> datasets,
        Map<String, String> versions) {
    public Machine {
        labels = Map.copyOf(labels);
        datasets = List.copyOf(datasets);
        versions = Map.copyOf(versions);
    }

    /// Returns the host memory of one slot.
    public long slotMemoryMb() {
        return Math.max(1, memoryMb / slots);
    }
}
