package dev.roundelay.kernel.worker;

import dev.roundelay.kernel.job.UserId;
import java.util.Map;
import java.util.Set;

/// What a worker says it has; it says so again at each sync.
///
/// @param slots           shards that it runs at once, at least 1
/// @param device          `cpu` or `cuda`
/// @param model           catalogue id; `cpu` without a GPU
/// @param memoryMb        memory that all slots share
/// @param datasets        names of local datasets
/// @param allowedUsers    whose code it runs; empty for anyone's who may use it
/// @param environmentKeys Python environments that it has ready; empty if unknown
public record WorkerOffer(
        int slots,
        String device,
        String model,
        long memoryMb,
        Map<String, String> labels,
        Set<String> datasets,
        Map<String, String> versions,
        Set<UserId> allowedUsers,
        Set<String> environmentKeys) {
    public WorkerOffer {
        labels = Map.copyOf(labels);
        datasets = Set.copyOf(datasets);
        versions = Map.copyOf(versions);
        allowedUsers = Set.copyOf(allowedUsers);
        environmentKeys = Set.copyOf(environmentKeys);
        if (slots < 0) {
            throw new IllegalArgumentException("[worker offer] " + slots + " slots; give 0 or more");
        }
    }

    /// Returns the memory of one slot.
    public long slotMemoryMb() {
        return slots == 0 ? 0 : memoryMb / slots;
    }
}
