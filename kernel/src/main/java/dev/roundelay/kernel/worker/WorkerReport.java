package dev.roundelay.kernel.worker;

import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.assignment.Fence;
import dev.roundelay.kernel.job.Failure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a worker says at a sync.
///
/// @param instanceId   random at each start of the agent; a new one means that all its former assignments are lost
/// @param freeMemoryMb memory that is free now
/// @param slotFreeMemoryMb for slots with memory of their own (GPUs): what is free on each slot that no shard
///     holds; empty where all slots share the memory
/// @param telemetry    opaque JSON, kept as last value; null to keep the one before
public record WorkerReport(
        String instanceId,
        WorkerOffer offer,
        long freeMemoryMb,
        Optional<List<Long>> slotFreeMemoryMb,
        @Nullable String telemetry,
        List<Held> held) {
    public WorkerReport {
        slotFreeMemoryMb = slotFreeMemoryMb.map(List::copyOf);
        held = List.copyOf(held);
    }

    /// Makes the report of a worker whose slots share its memory.
    public WorkerReport(
            String instanceId, WorkerOffer offer, long freeMemoryMb, @Nullable String telemetry, List<Held> held) {
        this(instanceId, offer, freeMemoryMb, Optional.empty(), telemetry, held);
    }

    /// One assignment that it holds.
    ///
    /// @param state     what it has reached: preparing, ready, done, stopped or failed
    /// @param lastStep  number of the last completed step
    /// @param lastLog   number of the last log line
    /// @param phase     for people, such as `building environment`
    /// @param validates with `ready`: whether the module has the validation function; null if unknown
    /// @param failure   with `failed`
    /// @param loss      with `failed`: the harness was killed from outside, so the shard is lost, not failed
    /// @param silentSince since when its step goes on without a sign of life; null if there is one
    public record Held(
            AssignmentId id,
            Fence fence,
            AssignmentState state,
            long lastStep,
            long lastLog,
            @Nullable String phase,
            @Nullable Boolean validates,
            @Nullable Failure failure,
            boolean loss,
            @Nullable Instant silentSince) {}
}
