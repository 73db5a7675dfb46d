package dev.roundelay.federation.round;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The current round of a job. Immutable.
///
/// @param number  from 0; its input is the global model of the same number
/// @param members shards whose updates count, ascending; fixed by the close, empty before
public record Round(
        int number,
        RoundState state,
        Instant openedAt,
        @Nullable Instant closedAt,
        SortedSet<Integer> members) {

    public Round {
        members = Collections.unmodifiableSortedSet(new TreeSet<>(members));
        if (number < 0) {
            throw new IllegalArgumentException("[round %d] numbers count from 0".formatted(number));
        }
    }

    /// Returns a round that has just been opened.
    public static Round open(int number, Instant at) {
        return new Round(number, RoundState.OPEN, at, null, new TreeSet<>());
    }

    /// Fixes the member list.
    public Round close(SortedSet<Integer> fixed, Instant at) {
        return new Round(number, after(RoundEvent.CLOSE), openedAt, at, fixed);
    }

    /// Makes the round's model the newest.
    public Round commit() {
        return new Round(number, after(RoundEvent.COMMIT), openedAt, closedAt, members);
    }

    /// Ends the round without a model.
    public Round abandon() {
        return new Round(number, after(RoundEvent.ABANDON), openedAt, closedAt, members);
    }

    /// Takes a shard that can no longer answer off the member list of a closed round.
    public Round without(int shard) {
        var left = new TreeSet<>(members);
        left.remove(shard);
        return new Round(number, state, openedAt, closedAt, left);
    }

    private RoundState after(RoundEvent event) {
        return RoundTransitions.TABLE.next(state, event, Integer.toString(number));
    }
}
