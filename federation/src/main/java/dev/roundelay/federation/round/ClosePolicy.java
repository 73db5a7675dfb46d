package dev.roundelay.federation.round;

import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// The rule by which a round stops waiting for updates. Pure.
///
/// @param minClients   updates without which a round cannot close, >= 1
/// @param waitAfterMin how long the others are awaited once `minClients` have answered
/// @param roundTimeout bound of a round from its opening; null for none
public record ClosePolicy(
        int minClients, Duration waitAfterMin, @Nullable Duration roundTimeout) {

    public ClosePolicy {
        if (minClients < 1) {
            throw new IllegalArgumentException("minClients is %d; it must be at least 1".formatted(minClients));
        }
    }

    /// What to do with an open round.
    public sealed interface Verdict {
        /// Wait, and look again after this time at the latest; null if only an event can change the verdict.
        record Keep(@Nullable Duration recheck) implements Verdict {}

        /// Fix the member list now.
        record Close() implements Verdict {}

        /// The round's bound passed with too few answers: the job fails.
        record TimedOut(int answered) implements Verdict {}

        /// Nobody is awaited any more, and too few have answered: the job fails.
        record TooFew(int answered) implements Verdict {}
    }

    /// Decides.
    ///
    /// @param shards one status for each shard of the job
    /// @param waited how long the wait clock has run since `minClients` had answered
    /// @param open   how long the round has been open
    public Verdict decide(Collection<ShardStatus> shards, Duration waited, Duration open) {
        int answered = count(shards, ShardStatus.ANSWERED);
        boolean awaited = shards.stream().anyMatch(ClosePolicy::isAwaited);
        if (answered >= minClients && (!awaited || waited.compareTo(waitAfterMin) >= 0)) {
            return new Verdict.Close();
        }
        if (!awaited) {
            return new Verdict.TooFew(answered);
        }
        if (roundTimeout != null && open.compareTo(roundTimeout) >= 0) {
            return answered >= minClients ? new Verdict.Close() : new Verdict.TimedOut(answered);
        }
        return new Verdict.Keep(recheck(shards, answered, waited, open));
    }

    /// Tells whether the wait clock runs: enough have answered, and no lost shard's next attempt prepares.
    public boolean clockRuns(Collection<ShardStatus> shards) {
        return count(shards, ShardStatus.ANSWERED) >= minClients && !shards.contains(ShardStatus.PREPARING);
    }

    private @Nullable Duration recheck(Collection<ShardStatus> shards, int answered, Duration waited, Duration open) {
        Duration untilTimeout = roundTimeout == null ? null : roundTimeout.minus(open);
        if (answered < minClients || !clockRuns(shards)) {
            return untilTimeout;
        }
        Duration untilWaited = waitAfterMin.minus(waited);
        return untilTimeout == null || untilWaited.compareTo(untilTimeout) < 0 ? untilWaited : untilTimeout;
    }

    private static boolean isAwaited(ShardStatus status) {
        return switch (status) {
            case WORKING, PREPARING, UNPLACED -> true;
            case ANSWERED, OUT -> false;
        };
    }

    private static int count(Collection<ShardStatus> shards, ShardStatus status) {
        return (int) shards.stream().filter(s -> s == status).count();
    }
}
