package dev.roundelay.worker.sync;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Counts changes at the agent that the server should hear of at once. Thread-safe.
public final class Changes {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition something = lock.newCondition();
    private long count;

    /// Says that there is something to tell.
    public void signal() {
        lock.lock();
        try {
            count++;
            something.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Returns how many changes there have been.
    long seen() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /// Lets a waiting thread look again.
    void wake() {
        lock.lock();
        try {
            something.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the call is over, the time is up, or there is a newer change than `before`.
    ///
    /// @return false if there was a change while the call was not over
    boolean await(long before, BooleanSupplier over, Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lock();
        try {
            while (!over.getAsBoolean() && nanos > 0) {
                if (count != before) {
                    return false;
                }
                nanos = something.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
