package dev.roundelay.worker.controlplane;

import com.sun.net.httpserver.HttpServer;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.SyncReply;
import dev.roundelay.contract.worker.SyncRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Jobs on the slots of one worker, run by the rules of docs/worker-protocol.md; the update of the first shard is the
/// next model.
///
/// Thread-safe. Tests wait on conditions by [#await]; nothing sleeps.
public final class FakeControlPlane implements AutoCloseable {
    /// The join token that is accepted.
    public static final String TOKEN = "rwt_test";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Faults faults = new Faults();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, byte[]> blobs = new HashMap<>();
    private final List<Site> sites = new ArrayList<>();
    private final List<Run> runs = new ArrayList<>();
    private final Set<String> instances = Collections.synchronizedSet(new HashSet<>());
    private final Set<Integer> heldBack = new HashSet<>();
    private @Nullable HttpServer server;
    private @Nullable SyncRequest lastSync;
    private final int port;
    private long version;
    private long syncs;
    private int registrations;
    private boolean refusesWorker;

    @Nullable
    Path handover;

    /// A job and what has come of it.
    static final class Run {
        private final String id;
        private final FakeJob job;
        private final List<Site> sites = new ArrayList<>();
        private final Map<Integer, byte[]> models = new HashMap<>();
        private boolean finished;

        Run(String id, FakeJob job) {
            this.id = id;
            this.job = job;
        }
    }

    /// Starts one on a free port of the loopback address.
    public FakeControlPlane() throws IOException {
        this.port = listen(0);
    }

    private int listen(int wanted) throws IOException {
        HttpServer fresh = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
        fresh.createContext("/worker/v1", new Routes(this));
        fresh.setExecutor(threads);
        fresh.start();
        server = fresh;
        return fresh.getAddress().getPort();
    }

    /// Returns the URL to give to an agent.
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /// Returns what goes wrong on purpose.
    public Faults faults() {
        return faults;
    }

    /// Takes files through that folder of the server's.
    public void handOver(Path folder) {
        handover = folder;
    }

    /// Stops listening and cuts every connection.
    public void goAway() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
        change(() -> {});
    }

    /// Listens again at the same address.
    public void comeBack() throws IOException {
        listen(port);
    }

    /// Starts a job on the slots of the one worker, beside those that were submitted before.
    public void submit(FakeJob wanted) {
        change(() -> {
            Run run = new Run("job_" + (runs.size() + 1), wanted);
            for (int shard = 0; shard < wanted.shards.size(); shard++) {
                Site site = new Site("asg_" + (sites.size() + 1), shard, run);
                sites.add(site);
                run.sites.add(site);
            }
            runs.add(run);
        });
    }

    /// Returns how many jobs were submitted.
    public int jobs() {
        return runs.size();
    }

    /// Asks the agent to stop everything.
    public void cancel() {
        change(() -> sites.forEach(site -> site.ask(StepKind.STOP, null, false)));
    }

    /// Takes a shard away from its attempt and offers it anew.
    public void reassign(int shard) {
        change(() -> sites.get(shard).reassign());
    }

    /// Asks where the Python of a shard stands.
    public void askForStack(int shard, long number) {
        change(() -> sites.get(shard).stack = number);
    }

    /// Lists a shard no more.
    public void withdraw(int shard) {
        change(() -> sites.get(shard).listed = false);
    }

    /// Says that the accepted update of the open round was lost.
    public void askAgain(int shard) {
        change(() -> {
            Site site = sites.get(shard);
            int round = site.run.models.size() - 1;
            site.updates.remove(round);
            site.step = new Step(site.step.number() + 1, StepKind.TRAIN, round, false, true, false);
        });
    }

    /// Asks a shard for no update until [#letGo].
    public void holdBack(int shard) {
        change(() -> heldBack.add(shard));
    }

    /// Ends [#holdBack].
    public void letGo(int shard) {
        change(() -> heldBack.remove(shard));
    }

    /// Answers 401 from now on.
    public void refuseWorker() {
        change(() -> refusesWorker = true);
    }

    /// Returns a site by its number in the order of submits: that of the first job's shard.
    public Site site(int shard) {
        lock.lock();
        try {
            return sites.get(shard);
        } finally {
            lock.unlock();
        }
    }

    /// Waits until something is true; it is looked at again after each call of the agent.
    public void await(String what, BooleanSupplier condition) throws InterruptedException {
        long nanos = PATIENCE.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (nanos <= 0) {
                    throw new AssertionError("not in time: " + what + "; " + describe());
                }
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (Site site : sites) {
            text.append(site.id)
                    .append(' ')
                    .append(site.states)
                    .append(" wants ")
                    .append(site.step)
                    .append(" failure ")
                    .append(site.failure)
                    .append(" log ")
                    .append(site.messages())
                    .append('\n');
        }
        return text.toString();
    }

    /// Waits for the good end of the first job; fails at once if a site of it failed.
    public void awaitFinished() throws InterruptedException {
        awaitFinished(0);
    }

    /// Waits for the good end of a job by its number in the order of submits.
    public void awaitFinished(int number) throws InterruptedException {
        Run run = runs.get(number);
        await("the job is finished", () -> run.finished || run.sites.stream().anyMatch(site -> site.failure != null));
        if (!run.finished) {
            throw new AssertionError(describe());
        }
    }

    /// Returns model k of the first job, made of the updates of round k-1.
    public byte @Nullable [] model(int k) {
        return model(0, k);
    }

    /// Returns model k of a job by its number in the order of submits.
    public byte @Nullable [] model(int number, int k) {
        return model(runs.get(number), k);
    }

    byte @Nullable [] model(Run run, int k) {
        lock.lock();
        try {
            return run.models.get(k);
        } finally {
            lock.unlock();
        }
    }

    /// Returns how many agents have synced, by instance id.
    public int instances() {
        return instances.size();
    }

    /// Returns how many sync calls have come.
    public long syncs() {
        return syncs;
    }

    /// Returns how many registrations were accepted.
    public int registrations() {
        return registrations;
    }

    /// Returns the last report.
    public @Nullable SyncRequest lastSync() {
        return lastSync;
    }

    // ------- for Routes, which calls these from its threads

    byte @Nullable [] blob(String name) {
        return blobs.get(name);
    }

    Optional<Site> find(String id) {
        lock.lock();
        try {
            return sites.stream().filter(site -> site.id.equals(id)).findFirst();
        } finally {
            lock.unlock();
        }
    }

    AssignmentPlan plan(Site site) {
        FakeJob wanted = site.run.job;
        return new AssignmentPlan(
                site.id,
                site.run.id,
                "test",
                "usr_1",
                wanted.submitter,
                site.shard,
                wanted.shards.size(),
                "site-" + (site.shard + 1),
                site.attempt,
                wanted.rounds,
                7,
                wanted.model(),
                JobSpec.Training.defaults(),
                wanted.requirements,
                List.of(),
                wanted.inputs(site.shard, blobs),
                wanted.dataset,
                false,
                null,
                Map.of(AssignmentPlan.GPU_MEMORY_MB, wanted.gpuMemoryMb));
    }

    void registered() {
        change(() -> registrations++);
    }

    boolean refusesWorker() {
        return refusesWorker;
    }

    /// Takes a report, waits while it tells nothing new, and returns what is desired.
    SyncReply sync(SyncRequest request, Duration wait) throws InterruptedException {
        change(() -> {
            syncs++;
            lastSync = request;
            if (instances.add(request.instanceId()) && instances.size() > 1) {
                sites.stream().filter(site -> site.held != null).forEach(Site::reassign);
            }
            for (SyncRequest.Held held : request.assignments()) {
                sites.stream()
                        .filter(site -> site.id.equals(held.assignmentId()) && site.fence.equals(held.fence()))
                        .forEach(site -> take(site, held));
            }
            advance();
        });
        long nanos = wait.toNanos();
        lock.lock();
        try {
            while (Long.toString(version).equals(request.seen()) && nanos > 0 && server != null) {
                nanos = changed.awaitNanos(nanos);
            }
            return new SyncReply(
                    Long.toString(version),
                    sites.stream()
                            .filter(site -> site.listed)
                            .map(site -> new SyncReply.Desired(site.id, site.fence, site.step, site.stack))
                            .toList());
        } finally {
            lock.unlock();
        }
    }

    private static void take(Site site, SyncRequest.Held held) {
        if (!site.state().equals(held.state())) {
            site.states.add(held.state());
        }
        site.held = held;
        if (held.failure() != null) {
            site.failure = held.failure();
        }
    }

    /// Changes something, lets the job move on, and wakes all who wait.
    void change(Runnable what) {
        lock.lock();
        try {
            String before = desired();
            what.run();
            advance();
            if (!desired().equals(before)) {
                version++;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private String desired() {
        StringBuilder text = new StringBuilder();
        sites.forEach(site ->
                text.append(site.id).append(site.fence).append(site.step).append(site.listed));
        return text.toString();
    }

    void acceptModel0(Site site, byte[] model) {
        change(() -> site.run.models.putIfAbsent(0, model));
    }

    private void advance() {
        runs.forEach(this::advance);
    }

    private void advance(Run run) {
        List<Site> own = run.sites;
        if (run.finished || own.stream().anyMatch(site -> site.step.kind() == StepKind.STOP)) {
            return;
        }
        if (own.stream().allMatch(site -> site.state().equals("done"))) {
            own.forEach(site -> site.listed = false);
            run.finished = true;
            return;
        }
        if (!run.models.containsKey(0)) {
            if (own.stream().allMatch(Site::isReady)) {
                own.forEach(site -> site.ask(site.shard == 0 ? StepKind.INITIALISE : StepKind.WAIT, null, false));
            }
            return;
        }
        int round = run.models.size() - 1;
        if (round < run.job.rounds) {
            train(run, round);
        } else {
            validateAndFinish(run, round);
        }
    }

    private void train(Run run, int round) {
        for (Site site : run.sites) {
            if (site.updates.containsKey(round)) {
                site.ask(StepKind.WAIT, null, false);
            } else if (site.isReady() && !heldBack.contains(sites.indexOf(site))) {
                site.ask(StepKind.TRAIN, round, round > 0 && validates(site));
            }
        }
        if (run.sites.stream().allMatch(site -> site.updates.containsKey(round))) {
            run.models.put(
                    round + 1,
                    Objects.requireNonNull(run.sites.getFirst().updates.get(round)));
            advance(run);
        }
    }

    private void validateAndFinish(Run run, int round) {
        for (Site site : run.sites) {
            boolean validate = validates(site) && !site.validations.containsKey(round);
            site.ask(validate ? StepKind.VALIDATE : StepKind.FINISH, validate ? round : null, false);
        }
    }

    private static boolean validates(Site site) {
        return site.held != null && Boolean.TRUE.equals(site.held.validates());
    }

    @Override
    public void close() {
        goAway();
        threads.shutdownNow();
    }
}
