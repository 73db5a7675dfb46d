package dev.roundelay.contract.job;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A round as the API shows it.
///
/// @param number  from 0
/// @param state   open, closed, committed or abandoned
/// @param missing shards without a contribution
public record RoundView(
        int number,
        String state,
        Instant startedAt,
        @Nullable Instant closedAt,
        @Nullable Instant committedAt,
        @Nullable Double seconds,
        long samples,
        Map<String, Double> metrics,
        List<Contribution> contributions,
        List<Integer> missing) {

    /// What one shard gave to a round.
    public record Contribution(
            int shard,
            String site,
            String workerId,
            int attempt,
            Instant startedAt,
            Instant receivedAt,
            long samples,
            double seconds,
            long bytes,
            Map<String, Double> metrics) {}
}
