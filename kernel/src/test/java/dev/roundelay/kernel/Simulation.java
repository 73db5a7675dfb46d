package dev.roundelay.kernel;

import dev.roundelay.kernel.KernelException.Fault;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.Limits;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A whole kernel in one thread, with everything around it simulated and all chance from one seed.
///
/// 1. For a while everything goes wrong: syncs are lost, late and doubled, workers crash and come back, harnesses
/// fail, servers take over from each other, the store is away or loses its answers, the process pauses, users cancel.
/// 2. After every step the [Invariants] hold. 3. Then the disturbance stops, and every job ends within its bounds.
final class Simulation {
    private static final Limits SHORT = new Limits(
            Duration.ofMinutes(5),
            Duration.ofMinutes(2),
            Duration.ofSeconds(40),
            Optional.of(Duration.ofMinutes(15)),
            3);
    private static final int CALM_SECONDS = 40 * 60;

    private final Random random;
    private final ManualClock clock = new ManualClock();
    private final InMemoryKernelStore memory = new InMemoryKernelStore();
    private final FaultyStore store = new FaultyStore(memory);
    private final SimulatedFederation federation;
    private final Invariants invariants = new Invariants(memory);
    private final List<SimulatedAgent> agents = new ArrayList<>();
    private final List<JobId> jobs = new ArrayList<>();
    private Kernel kernel;
    private @Nullable Kernel zombie;
    private int workersMade;

    private Simulation(long seed) {
        random = new Random(seed);
        federation = new SimulatedFederation(random);
        kernel = create();
        kernel.activate(memory.raiseEpoch());
        for (int i = 0; i < 5; i++) {
            addWorker();
        }
    }

    /// Runs one seed; a failure says how to run it again.
    ///
    /// @return the moves that were committed
    static Exercised run(long seed, int steps) {
        Simulation simulation = new Simulation(seed);
        int step = 0;
        try {
            for (; step < steps; step++) {
                simulation.disturbedStep();
            }
            simulation.calmDown();
            return simulation.store.exercised;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("""
                    failed in step %d; paste this test:

                        @Test
                        void seed_%d() {
                            Simulation.run(%dL, %d);
                        }
                    """.formatted(step, Math.abs(seed), seed, steps), e);
        }
    }

    private Kernel create() {
        return new Kernel(store, KernelConfig.defaults(), clock, clock::nanos, random);
    }

    private void disturbedStep() {
        pass(Duration.ofMillis(100L + random.nextInt(400)));
        attempt(kernel::runDueWork);
        List.copyOf(agents).forEach(this::disturb);
        attempt(() -> federation.step(kernel));
        if (chance(12) && jobs.size() < 40) {
            attempt(this::submit);
        }
        if (chance(60) && !jobs.isEmpty()) {
            attempt(() -> kernel.cancel(jobs.get(random.nextInt(jobs.size())), "ada"));
        }
        disturbWorkers();
        disturbStore();
        disturbServer();
        check();
    }

    private void disturb(SimulatedAgent agent) {
        if (!agent.up) {
            if (chance(40)) {
                agent.restart();
            }
            return;
        }
        if (chance(3)) {
            attempt(() -> agent.syncBadly(kernel));
        }
        if (chance(150)) {
            agent.failSomething();
        }
        if (chance(250)) {
            agent.crash();
        } else if (chance(300)) {
            agent.restart();
        }
    }

    private void disturbWorkers() {
        SimulatedAgent some = agents.get(random.nextInt(agents.size()));
        switch (random.nextInt(200)) {
            case 0 -> attempt(() -> kernel.drain(some.id, "ada"));
            case 1, 2 -> attempt(() -> kernel.undrain(some.id, "ada"));
            case 3 -> {
                if (chance(4)) {
                    attempt(() -> kernel.remove(some.id, "ada"));
                    addWorkerIfRemoved(some);
                }
            }
            case 4 -> some.offer = offer(1 + random.nextInt(3));
            default -> {}
        }
    }

    private void disturbStore() {
        if (store.fault == FaultyStore.Fault.AWAY) {
            if (chance(15)) {
                store.fault = FaultyStore.Fault.NONE;
            }
        } else if (chance(120)) {
            store.fault = FaultyStore.Fault.AWAY;
        } else if (chance(60)) {
            store.fault = FaultyStore.Fault.ANSWER_LOST;
        }
    }

    private void disturbServer() {
        if (chance(200)) {
            // The process stops for a while and goes on.
            pass(Duration.ofSeconds(5 + random.nextInt(30)));
        }
        if (chance(120) && store.fault == FaultyStore.Fault.NONE) {
            zombie = kernel;
            kernel = create();
            kernel.activate(memory.raiseEpoch());
        }
        Kernel old = zombie;
        if (old != null && chance(5)) {
            requirePowerless(old);
        }
    }

    private void requirePowerless(Kernel old) {
        int before = store.commits;
        try {
            old.submit(AJob.aJob("zombie" + jobs.size()).build(), Participant.NONE);
            throw new AssertionError("a server that was replaced committed a job");
        } catch (KernelException e) {
            boolean expected = e.fault() == Fault.STALE_EPOCH
                    || e.fault() == Fault.NOT_ACTIVE
                    || e.fault() == Fault.STORE_UNAVAILABLE;
            if (!expected || store.commits != before) {
                throw new AssertionError("a server that was replaced did something", e);
            }
        }
    }

    private void submit() {
        int number = jobs.size();
        int shards = 1 + random.nextInt(4);
        AJob wanted = AJob.aJob("j%03d".formatted(number))
                .of(random.nextBoolean() ? "ada" : "bob")
                .shards(shards)
                .minClients(1 + random.nextInt(shards))
                .priority(random.nextInt(2))
                .limits(SHORT);
        if (chance(3)) {
            wanted.continueOnSiteError();
        }
        if (chance(4)) {
            pin(wanted, shards);
        }
        // Noted before the answer: a submit whose answer is lost may have been committed.
        jobs.add(wanted.build().id());
        kernel.submit(wanted.build(), Participant.NONE);
    }

    private void pin(AJob wanted, int shards) {
        List<WorkerId> ids =
                new ArrayList<>(agents.stream().map(agent -> agent.id).toList());
        Collections.shuffle(ids, random);
        if (ids.size() >= shards) {
            wanted.select(new Selection.Pinned(ids.subList(0, shards)));
            if (chance(2)) {
                wanted.dataset("d");
            }
        }
    }

    private void addWorkerIfRemoved(SimulatedAgent agent) {
        if (kernel.view().image().worker(agent.id).isEmpty()) {
            agents.remove(agent);
            addWorker();
        }
    }

    private void addWorker() {
        WorkerId id = new WorkerId("wrk_" + workersMade++);
        WorkerOffer offer = offer(1 + random.nextInt(3));
        attempt(() -> {
            kernel.register(new NewWorker(id, id.value(), new UserId("ada"), offer), Participant.NONE);
            kernel.update(id, AWorker.shared());
        });
        agents.add(new SimulatedAgent(id, offer, random));
    }

    private static WorkerOffer offer(int slots) {
        return KernelFixture.offer(slots, "cpu", 16_000, Set.of("d"));
    }

    private void calmDown() {
        store.fault = FaultyStore.Fault.NONE;
        for (SimulatedAgent agent : agents) {
            if (!agent.up) {
                agent.restart();
            }
            kernel.undrain(agent.id, "ada");
        }
        for (int second = 0; second < CALM_SECONDS && !kernel.view().jobs().isEmpty(); second++) {
            for (int tick = 0; tick < 2; tick++) {
                pass(Duration.ofMillis(500));
                kernel.runDueWork();
            }
            agents.forEach(agent -> agent.syncWell(kernel));
            federation.step(kernel);
            check();
        }
        require(
                kernel.view().jobs().isEmpty(),
                "jobs that never end: " + kernel.view().jobs());
        for (int second = 0; second < 30; second++) {
            pass(Duration.ofSeconds(1));
            kernel.runDueWork();
            agents.forEach(agent -> agent.syncWell(kernel));
        }
        require(kernel.view().image().assignments().isEmpty(), "leases without a job");
        for (JobId id : jobs) {
            require(memory.findJob(id).filter(Job::isLive).isEmpty(), id + " is live in the store and not in memory");
        }
        check();
    }

    private void check() {
        if (store.fault == FaultyStore.Fault.NONE) {
            // A commit whose answer was lost is found out by the next change; then memory and store agree.
            attempt(() -> kernel.annotate(new JobId("job_none"), "", List.of()));
            invariants.check(kernel);
        }
    }

    private void pass(Duration span) {
        clock.advance(span);
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    /// Runs it; that the store is away is part of the game.
    private static void attempt(Runnable action) {
        try {
            action.run();
        } catch (KernelException e) {
            if (e.fault() != Fault.STORE_UNAVAILABLE) {
                throw e;
            }
        }
    }
}
