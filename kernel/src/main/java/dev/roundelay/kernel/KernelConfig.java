package dev.roundelay.kernel;

import java.time.Duration;

/// The kernel's figures.
///
/// @param lease           how long a lease lasts without a sync
/// @param silence         a worker without assignments that has not synced for so long is offline
/// @param grace           what each formerly live lease gets after a start, a take-over, an outage of the store or a
///     pause of the process
/// @param pause           no due work for so long counts as a pause of the process
/// @param wholeWithin     how long a preparing job may miss a slot before it is queued again
/// @param renewalInterval how often renewals are written
/// @param maxLiveJobs     of one user
/// @param maxOvertakes    how many jobs may pass one that could start if all its workers were free
/// @param quarantineAfter failures of the platform in a row
public record KernelConfig(
        Duration lease,
        Duration silence,
        Duration grace,
        Duration pause,
        Duration wholeWithin,
        Duration renewalInterval,
        int maxLiveJobs,
        int maxOvertakes,
        int quarantineAfter) {
    /// Returns the figures of production.
    public static KernelConfig defaults() {
        return new KernelConfig(
                Duration.ofSeconds(6),
                Duration.ofSeconds(8),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                2000,
                10,
                3);
    }
}
