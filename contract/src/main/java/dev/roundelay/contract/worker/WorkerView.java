package dev.roundelay.contract.worker;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A worker as the API shows it.
///
/// @param state  online, draining or offline
/// @param device `cpu` or `cuda`
/// @param model  catalogue id; `cpu` without a GPU
/// @param quarantine why the server gives it no shards; its GPUs' own reasons are in `telemetry`
/// @param jobs the caller's own that it works on; of others' jobs only that a slot is busy
public record WorkerView(
        String id,
        String name,
        String ownerId,
        boolean shared,
        String state,
        int slots,
        int freeSlots,
        String device,
        String model,
        long memoryMb,
        long freeMemoryMb,
        int pricePerGpuHourCents,
        Map<String, String> labels,
        List<String> datasets,
        @Nullable Telemetry telemetry,
        @Nullable String quarantine,
        @Nullable Instant lastSeenAt,
        List<WorkerJob> jobs) {
    public WorkerView {
        jobs = List.copyOf(jobs);
    }
}
