package dev.roundelay.server.workerapi;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Who wants to see where the Python of an assignment stands. Kept in memory only: a wish that a restart loses is
/// simply repeated by the person who has it. Thread-safe.
public final class StackRequests {
    private static final Duration KEPT = Duration.ofHours(1);

    private final ConcurrentHashMap<AssignmentId, Long> latest = new ConcurrentHashMap<>();
    private final WorkerSignals signals;
    private final InstantSource clock;

    public StackRequests(WorkerSignals signals, InstantSource clock) {
        this.signals = signals;
        this.clock = clock;
    }

    /// Asks for the stack; the answer comes as lines of the job's log.
    public void ask(Assignment assignment) {
        // Numbers ascend over restarts too, so that an agent never takes a new wish for an old one.
        long now = clock.millis();
        latest.values().removeIf(number -> number < now - KEPT.toMillis());
        latest.merge(assignment.id(), now, (old, next) -> Math.max(old + 1, next));
        signals.raise(assignment.workerId());
    }

    /// Returns the number of the latest wish; null for none.
    @Nullable
    Long latest(AssignmentId id) {
        return latest.get(id);
    }
}
