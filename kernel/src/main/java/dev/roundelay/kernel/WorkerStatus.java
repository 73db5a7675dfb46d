package dev.roundelay.kernel;

import dev.roundelay.kernel.worker.Worker;
import java.time.Instant;
import java.util.Optional;

/// A worker with what its last sync said.
///
/// @param telemetry opaque JSON; empty if it never sent any to this server
public record WorkerStatus(
        Worker worker, int freeSlots, long freeMemoryMb, Optional<String> telemetry, Instant lastSeenAt) {}
