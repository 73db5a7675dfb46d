package dev.roundelay.kernel;

import dev.roundelay.kernel.lease.LeaseTable;
import dev.roundelay.kernel.matching.Pool;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// What decisions look at beside the image.
record Facts(KernelConfig config, Presence presence, LeaseTable leases, LongSupplier nanos, RandomGenerator random) {
    Instant lastSeen(Worker worker) {
        return presence.last(worker.id()).map(Presence.Seen::at).orElse(worker.lastSeenAt());
    }

    long freeMemoryMb(Worker worker) {
        return presence.last(worker.id())
                .map(Presence.Seen::freeMemoryMb)
                .orElse(worker.offer().memoryMb());
    }

    /// Returns what is free on each free slot of a worker whose slots have memory of their own.
    Optional<List<Long>> slotFreeMemoryMb(Worker worker) {
        return presence.last(worker.id()).flatMap(Presence.Seen::slotFreeMemoryMb);
    }

    /// Returns how many slots can take a shard now.
    int freeSlots(KernelImage image, Worker worker) {
        int free = image.freeSlots(worker);
        return slotFreeMemoryMb(worker)
                .map(slots -> Math.min(free, slots.size()))
                .orElse(free);
    }

    Pool pool(KernelImage image) {
        return Pool.of(
                image, worker -> !isSilent(worker.id(), config.silence()), this::freeMemoryMb, this::slotFreeMemoryMb);
    }

    boolean isSilent(WorkerId id, Duration span) {
        return presence.isSilent(id, span, nanos.getAsLong());
    }
}
