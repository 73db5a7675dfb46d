package dev.roundelay.federation.strategy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The scores of Krum (Blanchard et al., 2017): of each update, the sum of its squared distances to its nearest
/// `n - byzantine - 2` neighbours, of one at least.
///
/// @param squaredDistances of all pairs
record KrumScores(double[][] squaredDistances, int byzantine) {
    /// Returns the updates with the lowest scores, ascending; of equal ones those of the lower shards.
    List<Integer> lowest(int count) {
        List<Integer> all = all();
        return all.stream()
                .sorted(Comparator.comparingDouble((Integer i) -> score(i, all)).thenComparingInt(i -> i))
                .limit(count)
                .sorted()
                .toList();
    }

    /// Returns the updates that are chosen one after the other, each by Krum among those that are left, ascending.
    List<Integer> oneByOne(int count) {
        List<Integer> left = new ArrayList<>(all());
        List<Integer> chosen = new ArrayList<>();
        while (chosen.size() < count) {
            List<Integer> among = List.copyOf(left);
            Integer next = among.stream()
                    .min(Comparator.comparingDouble((Integer i) -> score(i, among))
                            .thenComparingInt(i -> i))
                    .orElseThrow();
            chosen.add(next);
            left.remove(next);
        }
        return chosen.stream().sorted().toList();
    }

    private List<Integer> all() {
        return IntStream.range(0, squaredDistances.length).boxed().toList();
    }

    private double score(int update, List<Integer> among) {
        double[] distances = among.stream()
                .filter(other -> other != update)
                .mapToDouble(other -> squaredDistances[update][other])
                .sorted()
                .toArray();
        int neighbours = Math.min(distances.length, Math.max(1, among.size() - byzantine - 2));
        return Arrays.stream(distances, 0, neighbours).sum();
    }
}
