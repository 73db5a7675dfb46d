package dev.roundelay.federation.round;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which shards a round asks: all, or a part drawn from the job's seed and the round's number, so that a restart
/// draws the same.
///
/// @param count    number of shards; null if `fraction` is given
/// @param fraction part of the shards, > 0 and <= 1, rounded up; null if `count` is given
public record Sampling(@Nullable Integer count, @Nullable Double fraction) {
    /// Every shard in every round.
    public static final Sampling ALL = new Sampling(null, null);

    /// Returns the shards that a round asks, ascending.
    public SortedSet<Integer> draw(int shards, long seed, int round) {
        var all = new ArrayList<Integer>(shards);
        for (int shard = 0; shard < shards; shard++) {
            all.add(shard);
        }
        int wanted = size(shards);
        if (wanted == shards) {
            return new TreeSet<>(all);
        }
        // java.util.Random: its algorithm is fixed by its specification, so the draw is the same on every Java.
        Collections.shuffle(all, new Random(seed * 1_000_003L + round));
        List<Integer> drawn = all.subList(0, wanted);
        return new TreeSet<>(drawn);
    }

    /// Returns how many shards a round asks.
    public int size(int shards) {
        if (count != null) {
            return Math.clamp(count, 1, shards);
        }
        if (fraction != null) {
            return Math.clamp((int) Math.ceil(fraction * shards), 1, shards);
        }
        return shards;
    }
}
