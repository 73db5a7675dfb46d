package dev.roundelay.kernel;

import dev.roundelay.kernel.lease.LeaseTable;
import dev.roundelay.kernel.matching.Pool;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
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

    Pool pool(KernelImage image) {
        return Pool.of(image, worker -> !isSilent(worker.id(), config.silence()), this::freeMemoryMb);
    }

    boolean isSilent(WorkerId id, Duration span) {
        return presence.isSilent(id, span, nanos.getAsLong());
    }
}
