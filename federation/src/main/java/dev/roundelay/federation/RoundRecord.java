package dev.roundelay.federation;

import dev.roundelay.federation.round.RoundState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// A round as history shows it.
///
/// @param members       shards whose updates counted; empty while open
/// @param contributions accepted updates, ascending by shard
/// @param validations   what sites measured of the model that this round made, ascending by shard
/// @param metrics       sample-weighted means of the members' metrics; empty before the commit
public record RoundRecord(
        int number,
        RoundState state,
        Instant openedAt,
        @Nullable Instant closedAt,
        @Nullable Instant committedAt,
        long samples,
        Map<String, Double> metrics,
        SortedSet<Integer> members,
        List<Contribution> contributions,
        List<Validation> validations) {
    public RoundRecord {
        metrics = Map.copyOf(metrics);
        contributions = List.copyOf(contributions);
        validations = List.copyOf(validations);
    }
}
