package dev.roundelay.e2e.chaos;

import dev.roundelay.e2e.chaos.Fault.Victim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Draws faults from a seed.
final class FaultPlan {
    private static final int MOST_TIMES = 4;

    private final Random random;
    private final Duration job;
    private final List<Fault.Point> points;

    /// @param job    how long an undisturbed one takes, from its submit to its end
    /// @param server names of the points that a server passes
    /// @param worker names of the points that a worker passes
    FaultPlan(long seed, Duration job, List<String> server, List<String> worker, List<String> workerNames) {
        this.random = new Random(seed);
        this.job = job;
        List<Fault.Point> all = new ArrayList<>();
        for (String name : server) {
            all.add(new Fault.Point(Fault.SERVER, name, 1 + random.nextInt(MOST_TIMES)));
        }
        for (String name : worker) {
            String program = workerNames.get(random.nextInt(workerNames.size()));
            all.add(new Fault.Point(program, name, 1 + random.nextInt(MOST_TIMES)));
        }
        Collections.shuffle(all, random);
        this.points = all;
    }

    /// Returns so many faults at points: each point once before one comes twice.
    List<Fault> atPoints(int count) {
        return IntStream.range(0, count)
                .<Fault>mapToObj(at -> points.get(at % points.size()))
                .toList();
    }

    /// Returns so many faults at random moments.
    List<Fault> atMoments(int count) {
        return Stream.generate(this::atMoment).limit(count).toList();
    }

    private Fault atMoment() {
        Duration after = Duration.ofMillis(random.nextLong(job.toMillis()));
        return switch (random.nextInt(9)) {
            case 0, 1 -> new Fault.Kill(List.of(Victim.SERVER), after);
            case 2 -> new Fault.Kill(List.of(Victim.POSTGRES), after);
            case 3 -> new Fault.Kill(List.of(Victim.SERVER, Victim.POSTGRES), after);
            case 4 -> new Fault.Kill(List.of(Victim.WORKER), after);
            case 5 -> new Fault.Kill(List.of(Victim.HARNESS), after);
            case 6 -> new Fault.Kill(List.of(Victim.values()), after);
            case 7 ->
                new Fault.Freeze(
                        List.of(Victim.SERVER, Victim.POSTGRES, Victim.WORKER).get(random.nextInt(3)),
                        after,
                        Duration.ofMillis(2_000 + random.nextInt(10_000)));
            default -> new Fault.Cut(after, Duration.ofMillis(500 + random.nextInt(8_000)));
        };
    }
}
