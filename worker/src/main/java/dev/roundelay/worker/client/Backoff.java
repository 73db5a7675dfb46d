package dev.roundelay.worker.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Waiting times between repetitions: full jitter over 50 ms, 100 ms, 200 ms … 2 s.
///
/// Immutable and as thread-safe as the generator.
public final class Backoff {
    /// Lets a thread wait.
    @FunctionalInterface
    public interface Pause {
        /// Returns after about that time, or earlier with an interruption.
        void sleep(Duration duration) throws InterruptedException;
    }

    private static final long FIRST_MILLIS = 50;
    private static final long LONGEST_MILLIS = 2_000;

    private final RandomGenerator random;
    private final Pause pause;

    /// Makes one that waits by `pause` for times drawn from `random`.
    public Backoff(RandomGenerator random, Pause pause) {
        this.random = random;
        this.pause = pause;
    }

    /// Waits before the next try.
    ///
    /// @param failures how many tries have failed so far, from 1
    /// @param atLeast  lower bound, such as a server's `Retry-After`; capped at 5 s
    public void await(int failures, Duration atLeast) throws InterruptedException {
        long ceiling = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures - 1, 10));
        long drawn = random.nextLong(1, ceiling + 1);
        pause.sleep(Duration.ofMillis(Math.max(drawn, Math.min(atLeast.toMillis(), 5_000))));
    }
}
