package dev.roundelay.server.jobs;

import dev.roundelay.kernel.job.JobId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Wakes readers of event streams when something was written about a job. Only jobs with readers are kept.
public final class JobSignals {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();
    private final ConcurrentHashMap<JobId, Long> counts = new ConcurrentHashMap<>();

    /// Says that something was written about a job.
    public void raise(JobId job) {
        if (counts.computeIfPresent(job, (_, count) -> count + 1) != null) {
            lock.lock();
            try {
                raised.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Returns the number of changes since somebody first asked.
    long count(JobId job) {
        return counts.computeIfAbsent(job, _ -> 0L);
    }

    /// Waits for a change after `seen`, at most `timeout`.
    void await(JobId job, long seen, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (count(job) <= seen && left > 0) {
                left = raised.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Forgets a job that has ended.
    public void forget(JobId job) {
        counts.remove(job);
    }
}
