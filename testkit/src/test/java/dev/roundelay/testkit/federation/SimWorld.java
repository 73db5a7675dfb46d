package dev.roundelay.testkit.federation;

import dev.roundelay.federation.FederationConfig;
import dev.roundelay.federation.Holder;
import dev.roundelay.federation.JobRuns;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.RunStore;
import dev.roundelay.federation.memory.InMemoryRunStore;
import dev.roundelay.federation.run.RunParts;
import dev.roundelay.federation.spool.Spool;
import dev.roundelay.federation.strategy.ModelArithmetic;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.InMemoryKernelStore;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelConfig;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.Registered;
import dev.roundelay.kernel.StaleEpochException;
import dev.roundelay.kernel.Submitted;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.Limits;
import dev.roundelay.kernel.job.NewJob;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.journal.InMemoryJobJournal;
import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.memory.MemoryBucketIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Kernel and federation over stores in memory and blobs on disk, with time that stands still until it is moved, and
/// agents that train in-process. One thread, so one seed gives one history.
final class SimWorld {
    static final UserId OWNER = new UserId("usr_1");
    static final BucketName BUCKET = new BucketName("bucket-1");
    static final Duration TICK = Duration.ofMillis(250);
    private static final long QUOTA = 1 << 30;

    final ManualClock clock = new ManualClock();
    final Random random;
    final InMemoryKernelStore kernelStore = new InMemoryKernelStore();
    final InMemoryJobJournal journal = new InMemoryJobJournal();
    final MemoryBucketIndex index;
    final ScratchBlobs blobs;
    final InMemoryRunStore runStore;
    final Path spoolFolder;
    final List<SimAgent> agents = new ArrayList<>();
    final Map<JobId, RunSpec> specs = new HashMap<>();
    /// Laid around the stores of the next server life, to break them.
    UnaryOperator<KernelStore> kernelFaults = UnaryOperator.identity();

    UnaryOperator<RunStore> runFaults = UnaryOperator.identity();
    String serverId = "server-1";
    Epoch epoch = new Epoch(0);
    Kernel kernel;
    JobRuns runs;

    SimWorld(Path folder, long seed) throws IOException {
        random = new Random(seed);
        index = new MemoryBucketIndex(clock, random);
        index.createBucket(new OwnerId(OWNER.value()), BUCKET, QUOTA);
        blobs = new ScratchBlobs(folder.resolve("blobs"), new Random(seed));
        spoolFolder = folder.resolve("spool");
        runStore = new InMemoryRunStore(index, journal, this::requireCurrent, this::isCurrent);
        kernel = newKernel();
        runs = newRuns();
        startServer();
    }

    /// Starts a server life: another epoch, nothing in memory.
    void startServer() throws IOException {
        epoch = kernelStore.raiseEpoch();
        kernel = newKernel();
        runs = newRuns();
        kernel.addListener(runs);
        kernel.activate(epoch);
        runs.activate(epoch);
    }

    SimAgent agent(String name) {
        return agent(name, 1);
    }

    SimAgent agent(String name, int slots) {
        WorkerId id = WorkerId.create(clock.instant(), random);
        var registered = kernel.register(new NewWorker(id, name, OWNER, offer(slots)), Participant.NONE);
        if (!(registered instanceof Registered.Joined)) {
            throw new AssertionError(registered);
        }
        var agent = new SimAgent(this, id, name, offer(slots));
        agents.add(agent);
        return agent;
    }

    JobId submit(RunSpec spec) {
        return submit("digits", spec);
    }

    JobId submit(String slug, RunSpec spec) {
        JobId id = JobId.create(clock.instant(), random);
        specs.put(id, spec);
        var limits =
                new Limits(Duration.ofHours(24), Duration.ofHours(24), Duration.ofHours(24), Optional.empty(), 1_000);
        var job = new NewJob(
                id,
                OWNER,
                slug,
                slug,
                spec.places().count(),
                Selection.Auto.any(),
                spec.places().areShared() ? 1 : spec.minClients(),
                spec.continueOnSiteError(),
                limits,
                0,
                null,
                Optional.empty(),
                Optional.empty(),
                "",
                List.of(),
                "{}");
        if (!(kernel.submit(job, Participant.NONE) instanceof Submitted.Accepted)) {
            throw new AssertionError("not accepted");
        }
        return id;
    }

    /// Moves time by one tick and lets everybody do what they do.
    void tick() throws IOException {
        clock.advance(TICK);
        kernel.runDueWork();
        runs.runDueWork();
        for (SimAgent agent : List.copyOf(agents)) {
            agent.tick();
            runs.runDueWork();
        }
    }

    /// Ticks until the job has ended.
    Job runToEnd(JobId job) throws IOException {
        for (int i = 0; i < 2_000; i++) {
            Job now = job(job);
            if (now.state().isTerminal()) {
                return now;
            }
            tick();
        }
        throw new AssertionError("[%s] does not end: %s, %s, %s"
                .formatted(job, job(job), kernel.view().image().current(job), runStore.load(job)));
    }

    /// Ticks until a condition holds.
    void runUntil(Condition condition) throws IOException {
        for (int i = 0; i < 2_000; i++) {
            if (condition.holds()) {
                return;
            }
            tick();
        }
        throw new AssertionError("it never comes true");
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    void advance(Duration by) throws IOException {
        for (Duration left = by; left.isPositive(); left = left.minus(TICK)) {
            tick();
        }
    }

    Job job(JobId id) {
        return kernelStore.findJob(id).orElseThrow();
    }

    int committedRounds(JobId id) {
        return runStore.committedRounds(Set.of(id)).getOrDefault(id, 0);
    }

    byte[] object(String key) throws IOException {
        try (InputStream in =
                blobs.open(index.object(BUCKET, new ObjectKey(key)).blob())) {
            return in.readAllBytes();
        }
    }

    String text(String key) throws IOException {
        return new String(object(key), StandardCharsets.UTF_8);
    }

    boolean exists(String key) {
        return index.find(BUCKET, new ObjectKey(key)).isPresent();
    }

    JobState state(JobId id) {
        return job(id).state();
    }

    private Kernel newKernel() {
        return new Kernel(kernelFaults.apply(kernelStore), KernelConfig.defaults(), clock, clock::nanos, random);
    }

    private JobRuns newRuns() {
        var direct = new DirectExecutor();
        var parts = new RunParts(
                kernel,
                runFaults.apply(runStore),
                journal,
                blobs,
                index,
                new Spool(spoolFolder, random),
                FederationConfig.of(serverId),
                clock,
                clock::nanos,
                ModelArithmetic.on(direct, 1, random),
                direct,
                direct);
        return new JobRuns(parts, id -> Objects.requireNonNull(specs.get(id)), run -> {});
    }

    private void requireCurrent(Epoch held) {
        if (held.value() != epoch.value()) {
            throw new StaleEpochException(held);
        }
    }

    private boolean isCurrent(Holder holder) {
        return kernelStore
                .load(epoch)
                .assignment(holder.assignment())
                .filter(assignment -> assignment.isLive() && assignment.fence().equals(holder.fence()))
                .isPresent();
    }

    private static WorkerOffer offer(int slots) {
        return new WorkerOffer(slots, "cpu", "cpu", 8_000, Map.of(), Set.of(), Map.of(), Set.of(), Set.of());
    }
}
