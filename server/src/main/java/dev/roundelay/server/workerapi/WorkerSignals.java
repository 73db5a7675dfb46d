package dev.roundelay.server.workerapi;

import dev.roundelay.kernel.worker.WorkerId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Wakes parked syncs. Each worker has a counter of changes: a reader takes it before it looks at the desired state and
/// waits
/// for a higher one, so a change between the two is never missed.
public final class WorkerSignals {
    private static final class Signal {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition raised = lock.newCondition();
        private long count;
    }

    private final ConcurrentHashMap<WorkerId, Signal> signals = new ConcurrentHashMap<>();

    /// Says that something may have changed for a worker.
    public void raise(WorkerId worker) {
        Signal signal = signal(worker);
        signal.lock.lock();
        try {
            signal.count++;
            signal.raised.signalAll();
        } finally {
            signal.lock.unlock();
        }
    }

    /// Wakes everybody, as when the server stops being the active one.
    public void raiseAll() {
        signals.keySet().forEach(this::raise);
    }

    /// Returns the number of changes so far.
    long count(WorkerId worker) {
        Signal signal = signal(worker);
        signal.lock.lock();
        try {
            return signal.count;
        } finally {
            signal.lock.unlock();
        }
    }

    /// Waits until there were more changes than `seen`, at most `timeout`.
    void await(WorkerId worker, long seen, Duration timeout) throws InterruptedException {
        Signal signal = signal(worker);
        long left = timeout.toNanos();
        signal.lock.lockInterruptibly();
        try {
            while (signal.count <= seen && left > 0) {
                left = signal.raised.awaitNanos(left);
            }
        } finally {
            signal.lock.unlock();
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
