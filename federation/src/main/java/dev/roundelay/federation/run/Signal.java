package dev.roundelay.federation.run;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Wakes a loop. Any number of wake-ups before a wait count as one, and none is lost.
final class Signal {
    private final Semaphore permits = new Semaphore(0);

    void wake() {
        if (permits.availablePermits() == 0) {
            permits.release();
        }
    }

    /// Waits for a wake-up since the last wait, or for the time to pass.
    void await(Duration atMost) throws InterruptedException {
        boolean _ = permits.tryAcquire(Math.max(1, atMost.toNanos()), TimeUnit.NANOSECONDS);
        permits.drainPermits();
    }
}
