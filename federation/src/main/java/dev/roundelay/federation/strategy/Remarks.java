package dev.roundelay.federation.strategy;

import dev.roundelay.kernel.job.Job;
import java.util.ArrayList;
import java.util.List;

/// What a user is told of an aggregation.
final class Remarks {
    private static final int MOST_NAMED = 20;

    private Remarks() {}

    /// Names those that were not chosen; nobody asks for a list of all that went well.
    static List<String> chosen(Strategy.Input input, List<Integer> chosen) {
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < input.shards().size(); i++) {
            if (!chosen.contains(i)) {
                left.add(input.shards().get(i));
            }
        }
        return left.isEmpty() ? List.of() : List.of("left out as far from the others: " + names(left));
    }

    /// Returns the sites of shards, the first ones by name.
    static String names(List<Integer> shards) {
        List<String> names = shards.stream().limit(MOST_NAMED).map(Job::site).toList();
        int more = shards.size() - names.size();
        return String.join(", ", names) + (more > 0 ? " and " + more + " more" : "");
    }
}
