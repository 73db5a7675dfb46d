package dev.roundelay.worker.run;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Notices that a step goes on without a sign of life: no log line, and next to no use of the processor. For one
/// thread.
final class Silence {
    static final Duration PATIENCE = Duration.ofMinutes(5);
    // A program that only waits still wakes now and then.
    private static final double IDLE_SHARE = 0.02;

    private static final Duration LEAST = Duration.ofSeconds(1);

    private Instant alive;
    private Instant looked;
    private long lines;
    private Duration cpu = Duration.ZERO;

    Silence(Instant now) {
        this.alive = now;
        this.looked = now;
    }

    /// Looks again.
    ///
    /// @param isWorking whether a step is under way; what waits for others is not silent
    /// @param linesNow  number of the last log line
    /// @param cpuNow    processor time used so far
    /// @return since when it is silent, if that is long enough to be told; null else
    @Nullable
    Instant look(Instant now, boolean isWorking, long linesNow, Duration cpuNow) {
        if (!isWorking || linesNow != lines) {
            alive = now;
        }
        Duration passed = Duration.between(looked, now);
        // Looks that follow each other closely are taken together: a clock tick is 10 ms.
        if (passed.compareTo(LEAST) >= 0) {
            if (cpuNow.minus(cpu).toNanos() > IDLE_SHARE * passed.toNanos()) {
                alive = now;
            }
            looked = now;
            cpu = cpuNow;
        }
        lines = linesNow;
        return Duration.between(alive, now).compareTo(PATIENCE) >= 0 ? alive : null;
    }
}
