package dev.roundelay.federation;

import java.util.List;
import java.util.stream.IntStream;

/// Which assignment works for which shard. Usually each shard has one of its own; in a simulation a few of them work
/// through many shards: assignment `i` has the shards `i`, `i + count`, `i + 2 count`, ... one after the other.
///
/// @param shards number of shards, >= 1
/// @param count  number of assignments, 1 to `shards`
public record Places(int shards, int count) {
    public Places {
        if (shards < 1 || count < 1 || count > shards) {
            throw new IllegalArgumentException("%d shards at %d places".formatted(shards, count));
        }
    }

    /// Returns one place for each shard.
    public static Places ofOwn(int shards) {
        return new Places(shards, shards);
    }

    /// Returns the place of a shard.
    public int of(int shard) {
        return shard % count;
    }

    /// Tells whether a place works for a shard.
    public boolean holds(int place, int shard) {
        return shard >= 0 && shard < shards && of(shard) == place;
    }

    /// Returns the shards of a place, ascending.
    public List<Integer> shardsOf(int place) {
        return IntStream.iterate(place, shard -> shard < shards, shard -> shard + count)
                .boxed()
                .toList();
    }

    /// Tells whether a place may have more than one shard.
    public boolean areShared() {
        return count < shards;
    }
}
