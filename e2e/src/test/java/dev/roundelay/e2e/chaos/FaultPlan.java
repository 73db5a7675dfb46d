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
    private final Random random;
    private final Duration job;
    private final List<String> workers;
    private final List<Fault> points = new ArrayList<>();

    /// @param job    how long an undisturbed one takes, from its submit to its end
    /// @param passed what was passed so far
    FaultPlan(long seed, Duration job, Passed passed, List<String> workers) {
        this.random = new Random(seed);
        this.job = job;
        this.workers = List.copyOf(workers);
        passed.atStart().forEach(name -> points.add(new Fault.AtStart(name, moment())));
        passed.server().forEach(name -> points.add(new Fault.Point(Fault.SERVER, name, 1)));
        passed.worker().forEach(name -> points.add(new Fault.Point(workers.get(random.nextInt(3)), name, 1)));
        Collections.shuffle(points, random);
        // Again, at a later time: what is passed once in a job lives on then.
        List<Fault.Point> later = points.stream()
                .filter(Fault.Point.class::isInstance)
                .map(Fault.Point.class::cast)
                .map(point -> new Fault.Point(point.program(), point.name(), 2 + random.nextInt(4)))
                .toList();
        points.addAll(later);
    }

    /// Names of points.
    ///
    /// @param atStart that a server passes before it is ready
    /// @param server  that it passes while a job runs
    /// @param worker  that a worker passes
    record Passed(List<String> atStart, List<String> server, List<String> worker) {
        Passed {
            atStart = List.copyOf(atStart);
            server = List.copyOf(server);
            worker = List.copyOf(worker);
        }
    }

    /// Returns so many faults at points: each point once before one comes twice.
    List<Fault> atPoints(int count) {
        return IntStream.range(0, count)
                .mapToObj(at -> points.get(at % points.size()))
                .toList();
    }

    /// Returns so many faults at random moments.
    List<Fault> atMoments(int count) {
        return Stream.generate(this::atMoment).limit(count).toList();
    }

    private Fault atMoment() {
        Duration after = moment();
        return switch (random.nextInt(11)) {
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
                        // Mostly short of what a lease bears, sometimes far beyond it.
                        Duration.ofMillis(2_000 + random.nextInt(random.nextInt(4) == 0 ? 28_000 : 10_000)));
            case 8 ->
                new Fault.Slow(
                        after,
                        Duration.ofMillis(1_000 + random.nextInt(10_000)),
                        Duration.ofMillis(20 + random.nextInt(400)));
            case 9 ->
                new Fault.Clock(
                        random.nextBoolean() ? Fault.SERVER : workers.get(random.nextInt(workers.size())),
                        after,
                        Duration.ofSeconds(random.nextInt(-7_200, 7_200)));
            default -> new Fault.Cut(after, Duration.ofMillis(500 + random.nextInt(8_000)));
        };
    }

    private Duration moment() {
        return Duration.ofMillis(random.nextLong(job.toMillis()));
    }
}
