package dev.roundelay.contract.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One shard's place: which worker holds it, in which state.
///
/// @param state       offered, preparing, ready, done, lost, failed or stopped
/// @param silentSince since when its step goes on without log line or use of the processor, at least 5 minutes ago;
///     null if it does not
public record AssignmentView(
        String id,
        int shard,
        String site,
        String workerId,
        String workerName,
        int attempt,
        String state,
        @Nullable Instant leasedUntil,
        @Nullable Instant lastSeenAt,
        @Nullable Instant silentSince) {}
