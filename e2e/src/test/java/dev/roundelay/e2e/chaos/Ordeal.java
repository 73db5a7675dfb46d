package dev.roundelay.e2e.chaos;

import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.chaos.Fault.Victim;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Wire;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/// Runs jobs under faults on one product, whose programs a keeper starts again.
final class Ordeal {
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Product product;
    private final Keeper keeper;
    private final Victims victims;
    private final Wire wire;
    private final byte[] expected;
    private final List<String> acknowledged = new ArrayList<>();

    /// @param expected the model of an undisturbed job
    Ordeal(Product product, Keeper keeper, Victims victims, Wire wire, byte[] expected) {
        this.product = product;
        this.keeper = keeper;
        this.victims = victims;
        this.wire = wire;
        this.expected = expected.clone();
    }

    /// Submits a job, lets the fault happen, and holds what became of the job to what must be true.
    Trial run(int number, Fault fault) {
        String name = "trial-" + number;
        ChaosJob job = new ChaosJob(product, name);
        String object = "kept/" + name;
        patiently(() -> {
            product.bucket().put(object, name);
            return true;
        });
        acknowledged.add(name);
        Map<String, Object> spec = patiently(job::prepared);
        switch (fault) {
            case Fault.Point(String program, String point, int times) ->
                product.traps().arm(program, point, times);
            case Fault.AtStart(String point, Duration _) -> product.traps().arm(Fault.SERVER, point, 1);
            case Fault.Kill _, Fault.Freeze _, Fault.Cut _, Fault.Slow _, Fault.Clock _ -> {
                // The striker does it.
            }
        }
        long begin = System.nanoTime();
        Striker striker = new Striker(fault, begin);
        try {
            JobView submitted = patiently(() -> product.api().submit(spec, name));
            Progress progress = watch(submitted.id(), striker);
            List<String> wrong = new ArrayList<>(patiently(() -> job.faultsOf(progress.last, expected)));
            checkKept(submitted, spec, name, wrong);
            checkProcesses(wrong);
            keeper.requireWell();
            return new Trial(number, fault, striker.hasStruck(), progress.goesOn(striker), since(begin), wrong);
        } finally {
            striker.end();
            product.traps().disarm();
            keeper.awaitAll();
        }
    }

    private Progress watch(String id, Striker striker) {
        Progress progress = new Progress();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<JobView> seen = product.api().whileUp(() -> product.api().job(id));
            seen.ifPresent(progress::see);
            if (seen.isPresent() && seen.get().state().isTerminal()) {
                return progress;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("%s has not ended within %d s under %s: %s"
                        .formatted(id, PATIENCE.toSeconds(), striker.fault, seen));
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void checkKept(JobView job, Map<String, Object> spec, String key, List<String> wrong) {
        String again = patiently(() -> product.api().submit(spec, key)).id();
        if (!again.equals(job.id())) {
            wrong.add("I8 the same key gives %s, then %s".formatted(job.id(), again));
        }
        for (String name : acknowledged) {
            if (!patiently(() -> product.bucket().text("kept/" + name)).equals(name)) {
                wrong.add("I4 the object kept/%s has changed".formatted(name));
            }
        }
    }

    private void checkProcesses(List<String> wrong) {
        try {
            Eventually.await(
                    "no harness runs",
                    GRACE,
                    () -> product.jobProcesses().stream().noneMatch(Ordeal::isPython));
        } catch (AssertionError e) {
            wrong.add("I5 " + e.getMessage());
        }
    }

    private static boolean isPython(ProcessHandle process) {
        return process.info().command().orElse("").contains("python");
    }

    /// Asks again while the server is away.
    private static <T> T patiently(Supplier<T> question) {
        return Eventually.await(
                        "the server answers",
                        PATIENCE,
                        () -> {
                            try {
                                return Optional.of(question.get());
                            } catch (UncheckedIOException | SdkException _) {
                                return Optional.<T>empty();
                            }
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    /// How far a job was seen to be, and when.
    private static final class Progress {
        private record Step(long nanos, String what) {}

        private final List<Step> steps = new ArrayList<>();

        @SuppressWarnings("NullAway.Init")
        private JobView last;

        void see(JobView job) {
            last = job;
            String what = job.state() + " " + job.phase() + " " + job.round();
            if (steps.isEmpty() || !steps.getLast().what.equals(what)) {
                steps.add(new Step(System.nanoTime(), what));
            }
        }

        /// Returns how long after the restart the next step was seen; zero where none was needed.
        Duration goesOn(Striker striker) {
            long restart = striker.restart();
            if (restart == 0) {
                return Duration.ZERO;
            }
            return steps.stream()
                    .filter(step -> step.nanos > restart)
                    .findFirst()
                    .map(step -> Duration.ofNanos(step.nanos - restart))
                    .orElse(Duration.ZERO);
        }
    }

    /// Does what a fault says, in a thread of its own.
    private final class Striker {
        private final Fault fault;
        private final Thread thread;
        private final long serverBefore = keeper.lastServerStart();
        private volatile long struck;

        Striker(Fault fault, long begin) {
            this.fault = fault;
            this.thread = Thread.ofPlatform().name("striker").start(() -> strike(begin));
        }

        private void strike(long begin) {
            switch (fault) {
                case Fault.Kill(List<Victim> whom, Duration after) -> {
                    waitUntil(begin, after);
                    whom.forEach(victims::kill);
                    struck = System.nanoTime();
                }
                case Fault.Freeze(Victim whom, Duration after, Duration length) -> {
                    waitUntil(begin, after);
                    List<ProcessHandle> processes = victims.of(whom);
                    Signals.stop(processes);
                    waitUntil(System.nanoTime(), length);
                    Signals.goOn(processes);
                    struck = System.nanoTime();
                }
                case Fault.Cut(Duration after, Duration length) -> {
                    waitUntil(begin, after);
                    wire.cut();
                    waitUntil(System.nanoTime(), length);
                    wire.mend();
                    struck = System.nanoTime();
                }
                case Fault.Slow(Duration after, Duration length, Duration delay) -> {
                    waitUntil(begin, after);
                    wire.slow(delay);
                    waitUntil(System.nanoTime(), length);
                    wire.slow(Duration.ZERO);
                    struck = System.nanoTime();
                }
                case Fault.Clock(String program, Duration after, Duration ahead) -> {
                    waitUntil(begin, after);
                    product.traps().moveClock(program, ahead);
                    struck = System.nanoTime();
                }
                case Fault.AtStart(String _, Duration after) -> {
                    waitUntil(begin, after);
                    victims.kill(Victim.SERVER);
                    struck = System.nanoTime();
                }
                case Fault.Point _ -> {
                    // The program does it to itself.
                }
            }
        }

        boolean hasStruck() {
            return struck != 0 || keeper.lastServerStart() != serverBefore;
        }

        /// Returns the moment from which on the job could go on.
        long restart() {
            long started = keeper.lastServerStart();
            return started != serverBefore ? started : struck;
        }

        void end() {
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private static void waitUntil(long from, Duration after) {
            long end = from + after.toNanos();
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }
}
