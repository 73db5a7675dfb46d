package dev.roundelay.e2e.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What many trials say together.
final class Summary {
    private Summary() {}

    static void print(List<Trial> trials) {
        Map<Boolean, Long> struck =
                trials.stream().collect(Collectors.partitioningBy(Trial::struck, Collectors.counting()));
        long broken = trials.stream().filter(trial -> !trial.wrong().isEmpty()).count();
        System.out.printf(
                "[chaos] %d faults, %d struck; %d trials in which something did not hold%n",
                trials.size(), struck.get(true), broken);
        times(
                "after a death of the server",
                trials.stream().filter(Summary::killsServer).toList());
        times("after all faults", trials);
    }

    private static boolean killsServer(Trial trial) {
        return switch (trial.fault()) {
            case Fault.Kill(List<Fault.Victim> whom, Duration _) -> whom.equals(List.of(Fault.Victim.SERVER));
            case Fault.Point(String program, String _, int _) -> program.equals(Fault.SERVER) && trial.struck();
            case Fault.AtStart _, Fault.Freeze _, Fault.Cut _, Fault.Slow _, Fault.Clock _ -> false;
        };
    }

    private static void times(String what, List<Trial> trials) {
        List<Duration> sorted = trials.stream().map(Trial::goesOn).sorted().toList();
        if (!sorted.isEmpty()) {
            System.out.printf(
                    "[chaos] %s: the job goes on within %.1f s (median), %.1f s (worst)%n",
                    what,
                    sorted.get(sorted.size() / 2).toMillis() / 1000.0,
                    sorted.getLast().toMillis() / 1000.0);
        }
    }
}
