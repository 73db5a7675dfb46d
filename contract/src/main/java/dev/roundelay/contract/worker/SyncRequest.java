package dev.roundelay.contract.worker;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `POST /worker/v1/sync?wait=SECONDS`: what an agent is and holds.
///
/// @param instanceId random at each start of the agent; a new one means that everything before is lost
/// @param slots      slots that can be used now: a GPU that is broken or in quarantine has none
/// @param memoryMb   memory of all these slots
/// @param slotFreeMemoryMb with GPUs: the free memory of each slot that no attempt has; absent where slots share memory
/// @param seen       the `version` of the last reply; the call is parked while the desired state still has it
public record SyncRequest(
        String instanceId,
        int protocol,
        int slots,
        String device,
        String model,
        long memoryMb,
        long freeMemoryMb,
        @Nullable List<Long> slotFreeMemoryMb,
        Map<String, String> labels,
        List<String> datasets,
        Map<String, String> versions,
        @Nullable Telemetry telemetry,
        List<Held> assignments,
        @Nullable String seen) {
    public SyncRequest {
        Objects.requireNonNull(instanceId, "instanceId is missing");
        Objects.requireNonNull(device, "device is missing");
        Objects.requireNonNull(model, "model is missing");
        labels = Map.copyOf(Objects.requireNonNull(labels, "labels is missing"));
        datasets = List.copyOf(Objects.requireNonNull(datasets, "datasets is missing"));
        versions = Map.copyOf(Objects.requireNonNull(versions, "versions is missing"));
        slotFreeMemoryMb = slotFreeMemoryMb == null ? null : List.copyOf(slotFreeMemoryMb);
        assignments = List.copyOf(Objects.requireNonNull(assignments, "assignments is missing"));
    }

    /// One assignment that the agent holds.
    ///
    /// @param state     `preparing`, `ready`, `done` (after a finish step), `stopped` (processes gone) or `failed`
    /// @param lastStep  number of the last completed step, 0 before the first
    /// @param lastLog   number of the last log line written by this attempt
    /// @param phase     for people: `fetching inputs`, `building environment`, `importing`, `training`
    /// @param validates with `ready`: whether the module has the validation function
    /// @param failure   with `failed`
    /// @param silentSince since when a step goes on without log line or use of the processor; null if none does
    public record Held(
            String assignmentId,
            String fence,
            String state,
            long lastStep,
            long lastLog,
            @Nullable String phase,
            @Nullable Boolean validates,
            @Nullable FailureReport failure,
            @Nullable Instant silentSince) {
        public Held {
            Objects.requireNonNull(assignmentId, "assignmentId is missing");
            Objects.requireNonNull(fence, "fence is missing");
            Objects.requireNonNull(state, "state is missing");
        }
    }
}
