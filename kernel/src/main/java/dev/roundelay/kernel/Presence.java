package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerReport;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// What each worker said last and when: held in memory alone. Safe for use by many threads, without locks.
final class Presence {
    private final Map<WorkerId, Seen> seen = new ConcurrentHashMap<>();
    private final Map<WorkerId, Instant> unwritten = new ConcurrentHashMap<>();
    private final AtomicLong slotChanges = new AtomicLong();

    /// One worker's last report.
    record Seen(
            long nanos,
            Instant at,
            long freeMemoryMb,
            Optional<List<Long>> slotFreeMemoryMb,
            Optional<String> telemetry,
            Map<AssignmentId, WorkerReport.Held> held) {}

    void clear() {
        seen.clear();
        unwritten.clear();
    }

    void saw(WorkerId id, WorkerReport report, long nanos, Instant at) {
        Map<AssignmentId, WorkerReport.Held> held =
                HashMap.newHashMap(report.held().size());
        report.held().forEach(one -> held.put(one.id(), one));
        seen.compute(id, (key, before) -> {
            Optional<String> telemetry = Optional.ofNullable(report.telemetry());
            if (before == null || count(before.slotFreeMemoryMb()) != count(report.slotFreeMemoryMb())) {
                slotChanges.incrementAndGet();
            }
            return new Seen(
                    nanos,
                    at,
                    report.freeMemoryMb(),
                    report.slotFreeMemoryMb(),
                    telemetry.isPresent() || before == null ? telemetry : before.telemetry(),
                    held);
        });
        unwritten.put(id, at);
    }

    private static int count(Optional<List<Long>> slots) {
        return slots.map(List::size).orElse(-1);
    }

    /// Returns a number that changes when a worker says that it has more or fewer free slots.
    long slotChanges() {
        return slotChanges.get();
    }

    void forget(WorkerId id) {
        seen.remove(id);
        unwritten.remove(id);
    }

    Optional<Seen> last(WorkerId id) {
        return Optional.ofNullable(seen.get(id));
    }

    /// Returns whether the worker has not synced with this server for so long.
    boolean isSilent(WorkerId id, Duration span, long nanos) {
        Seen last = seen.get(id);
        return last == null || nanos - last.nanos() >= span.toNanos();
    }

    /// Takes the workers that were seen since the last call.
    Map<WorkerId, Instant> takeUnwritten() {
        Map<WorkerId, Instant> taken = new HashMap<>();
        for (WorkerId id : unwritten.keySet()) {
            Instant at = unwritten.remove(id);
            if (at != null) {
                taken.put(id, at);
            }
        }
        return taken;
    }

    /// Gives back what could not be written.
    void giveBack(Map<WorkerId, Instant> taken) {
        taken.forEach(unwritten::putIfAbsent);
    }
}
