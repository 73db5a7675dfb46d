package dev.roundelay.kernel.job;

import java.time.Duration;
import java.util.Optional;

/// The bounds of a job, so that nothing is silent. The round timeout is federation's.
///
/// @param queueTimeout    in `queued`, then FAILED / no_eligible_worker
/// @param prepareTimeout  in `preparing`, then FAILED / time_limit
/// @param recoveryTimeout without a ready worker for a shard, then the job goes on without it or is FAILED /
///     workers_lost
/// @param maxDuration     from RUNNING on, then FAILED / time_limit; empty for none
/// @param maxAttempts     attempts of a shard since its last accepted step, at least 1
public record Limits(
        Duration queueTimeout,
        Duration prepareTimeout,
        Duration recoveryTimeout,
        Optional<Duration> maxDuration,
        int maxAttempts) {
    public Limits {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("[limits] maxAttempts is " + maxAttempts + "; give at least 1");
        }
    }

    /// Returns 24 h, 30 min, 10 min, no maximal duration, 3 attempts.
    public static Limits defaults() {
        return new Limits(Duration.ofHours(24), Duration.ofMinutes(30), Duration.ofMinutes(10), Optional.empty(), 3);
    }
}
