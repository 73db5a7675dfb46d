package dev.roundelay.worker.telemetry;

import java.util.List;
import java.util.Map;

/// What a worker has, as it tells the server. Constant while the agent runs.
///
/// @param device   `cpu` or `cuda`
/// @param model    catalogue id of its GPUs, else `cpu`
/// @param memoryMb what all slots share: GPU memory of one GPU on a GPU worker's slot is told apart by telemetry
/// @param gpus     device indexes of the GPUs that slots lease, one a slot; empty with `cpu`
/// @param versions such as `agent`, `python`, `java`
public record Machine(
        String name,
        int slots,
        String device,
        String model,
        long memoryMb,
        List<Integer> gpus,
        Map<String, String> labels,
        List<String> datasets,
        Map<String, String> versions) {
    public Machine {
        gpus = List.copyOf(gpus);
        labels = Map.copyOf(labels);
        datasets = List.copyOf(datasets);
        versions = Map.copyOf(versions);
    }

    /// Returns the memory of one slot.
    public long slotMemoryMb() {
        return Math.max(1, memoryMb / slots);
    }
}
