package dev.roundelay.server.workerapi;

import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What workers measured in the last hour, thinned out: for people who look back, in memory alone. Thread-safe.
public final class TelemetryHistory {
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final int KEPT = 360;

    private final Map<WorkerId, Deque<Telemetry>> kept = new ConcurrentHashMap<>();

    /// Keeps a measurement if the last kept one is old enough.
    void saw(WorkerId worker, Telemetry telemetry) {
        kept.compute(worker, (_, before) -> {
            Deque<Telemetry> history = before == null ? new ArrayDeque<>() : before;
            // By the worker's own clock; one that was set back begins anew, so that the times ascend.
            if (!history.isEmpty()
                    && telemetry.time().isBefore(history.getLast().time())) {
                history.clear();
            }
            if (history.isEmpty()
                    || !telemetry.time().isBefore(history.getLast().time().plus(STEP))) {
                history.addLast(telemetry);
            }
            if (history.size() > KEPT) {
                history.removeFirst();
            }
            return history;
        });
    }

    /// Returns what is kept, the oldest first.
    public List<Telemetry> of(WorkerId worker) {
        List<Telemetry> copy = new ArrayList<>();
        kept.computeIfPresent(worker, (_, history) -> {
            copy.addAll(history);
            return history;
        });
        return copy;
    }

    /// Drops what is kept of a worker that was removed.
    public void forget(WorkerId worker) {
        kept.remove(worker);
    }
}
