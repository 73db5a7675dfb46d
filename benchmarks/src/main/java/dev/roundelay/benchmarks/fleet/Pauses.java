package dev.roundelay.benchmarks.fleet;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// Waiting times of the fleet.
final class Pauses {
    private static final long FIRST_MILLIS = 50;
    private static final long LONGEST_MILLIS = 2_000;
    private static final long LONGEST_ASKED_MILLIS = 5_000;

    private Pauses() {}

    /// Waits as an agent does before it repeats a call: full jitter over 50 ms, 100 ms, 200 ms … 2 s.
    ///
    /// @param failures how many tries have failed so far, from 1
    /// @param atLeast  the server's lower bound; capped at 5 s
    static void backOff(int failures, Duration atLeast) throws InterruptedException {
        long ceiling = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures - 1, 10));
        long drawn = ThreadLocalRandom.current().nextLong(1, ceiling + 1);
        Thread.sleep(Math.max(drawn, Math.min(atLeast.toMillis(), LONGEST_ASKED_MILLIS)));
    }

    /// Waits for a time anywhere below the longest, so that many who begin together do not go on together.
    static void spread(Duration longest) throws InterruptedException {
        Thread.sleep(ThreadLocalRandom.current().nextLong(longest.toMillis() + 1));
    }

    /// Waits for half to one and a half times as long.
    static void about(Duration time) throws InterruptedException {
        if (time.isPositive()) {
            Thread.sleep(time.toMillis() / 2 + ThreadLocalRandom.current().nextLong(time.toMillis() + 1));
        }
    }
}
