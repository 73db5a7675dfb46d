package dev.roundelay.server.workerapi;

import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What workers measured in the last hour, thinned out: for people who look back, in memory alone. The more workers
/// there are, the fewer measurements are kept of each, so that all together stay within a part of the heap.
/// Thread-safe.
public final class TelemetryHistory {
    private static final Duration SPAN = Duration.ofHours(1);
    private static final int MOST = 360;
    private static final int LEAST = 12;
    /// Some 200 bytes each.
    private static final int TOTAL = 72_000;

    private final Map<WorkerId, Deque<Telemetry>> kept = new ConcurrentHashMap<>();
    private final int total;

    public TelemetryHistory() {
        this(TOTAL);
    }

    /// @param total how many measurements are kept of all workers; of each of very many 12 are kept all the same
    TelemetryHistory(int total) {
        this.total = total;
    }

    /// Keeps a measurement if the last kept one is old enough.
    void saw(WorkerId worker, Telemetry telemetry) {
        int ofEach = Math.clamp(total / Math.max(1, kept.size()), LEAST, MOST);
        kept.compute(worker, (_, before) -> {
            Deque<Telemetry> history = before == null ? new ArrayDeque<>() : before;
            // By the worker's own clock; one that was set back begins anew, so that the times ascend.
            if (!history.isEmpty()
                    && telemetry.time().isBefore(history.getLast().time())) {
                history.clear();
            }
            if (history.isEmpty()
                    || !telemetry.time().isBefore(history.getLast().time().plus(SPAN.dividedBy(ofEach)))) {
                history.addLast(telemetry);
                trim(history, ofEach);
            }
            return history;
        });
    }

    private static void trim(Deque<Telemetry> history, int most) {
        Instant oldest = history.getLast().time().minus(SPAN);
        while (!history.getFirst().time().isAfter(oldest)) {
            history.removeFirst();
        }
        // More workers have joined since: what is there lies too close together.
        while (history.size() > most) {
            boolean drop = false;
            for (Iterator<Telemetry> each = history.descendingIterator(); each.hasNext(); drop = !drop) {
                each.next();
                if (drop) {
                    each.remove();
                }
            }
        }
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
