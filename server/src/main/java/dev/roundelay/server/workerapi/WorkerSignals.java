package dev.roundelay.server.workerapi;

import dev.roundelay.kernel.worker.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Wakes parked syncs. Each worker has a counter of changes: a reader takes it before it looks at the desired state and
/// waits for a higher one, so a change between the two is never missed. Nobody's thread waits: ten thousand parked
/// stacks would take a third of the heap.
public final class WorkerSignals {
    private static final class Signal {
        private long count;
        private List<CompletableFuture<Void>> waiting = new ArrayList<>(1);
    }

    private final ConcurrentHashMap<WorkerId, Signal> signals = new ConcurrentHashMap<>();

    /// Says that something may have changed for a worker.
    public void raise(WorkerId worker) {
        Signal signal = signal(worker);
        List<CompletableFuture<Void>> woken;
        synchronized (signal) {
            signal.count++;
            woken = signal.waiting;
            signal.waiting = new ArrayList<>(1);
        }
        woken.forEach(each -> each.complete(null));
    }

    /// Wakes everybody, as when the server stops being the active one.
    public void raiseAll() {
        signals.keySet().forEach(this::raise);
    }

    /// Returns the number of changes so far.
    long count(WorkerId worker) {
        Signal signal = signal(worker);
        synchronized (signal) {
            return signal.count;
        }
    }

    /// Returns what is completed once there were more changes than `seen`, or after `timeout`; by whoever raises or a
    /// timer, whose threads are not to be kept.
    CompletableFuture<Void> next(WorkerId worker, long seen, Duration timeout) {
        Signal signal = signal(worker);
        CompletableFuture<Void> next = new CompletableFuture<>();
        synchronized (signal) {
            if (signal.count > seen) {
                return CompletableFuture.completedFuture(null);
            }
            signal.waiting.add(next);
        }
        return next.completeOnTimeout(null, timeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((_, _) -> leave(signal, next));
    }

    private static void leave(Signal signal, CompletableFuture<Void> next) {
        synchronized (signal) {
            signal.waiting.remove(next);
        }
    }

    /// Forgets a worker that was removed.
    void forget(WorkerId worker) {
        raise(worker);
        signals.remove(worker);
    }

    private Signal signal(WorkerId worker) {
        return signals.computeIfAbsent(worker, _ -> new Signal());
    }
}
