package dev.roundelay.federation;

import java.time.Duration;

/// This room's figures.
///
/// @param serverId           names this server's disk in contributions; the same after each restart
/// @param maxModelBytes      largest first model
/// @param tick               a run looks at its state at least so often
/// @param retry              pause after a failed attempt of the store or the disk
/// @param refreshInterval    log and metrics are refreshed in the bucket at most so often
/// @param validationGrace    the last model's validation is awaited for this and three times the longest training,
///                           unless the job has a round timeout
/// @param finishBound        the sites' last log lines are awaited so long
/// @param maxFaults          faults in a row of one run, other than those of the store, before its job fails
public record FederationConfig(
        String serverId,
        long maxModelBytes,
        Duration tick,
        Duration retry,
        Duration refreshInterval,
        Duration validationGrace,
        Duration finishBound,
        int maxFaults) {

    /// Returns the figures of production.
    public static FederationConfig of(String serverId) {
        return new FederationConfig(
                serverId,
                64L << 30,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                20);
    }
}
