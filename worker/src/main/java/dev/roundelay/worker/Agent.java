package dev.roundelay.worker;

import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.worker.client.Backoff;
import dev.roundelay.worker.client.Handover;
import dev.roundelay.worker.client.RefusedException;
import dev.roundelay.worker.client.ServerList;
import dev.roundelay.worker.client.WorkerClient;
import dev.roundelay.worker.config.Tls;
import dev.roundelay.worker.config.WorkerConfig;
import dev.roundelay.worker.environment.EnvironmentConfig;
import dev.roundelay.worker.environment.EnvironmentStore;
import dev.roundelay.worker.environment.Interpreter;
import dev.roundelay.worker.gpu.GpuSettings;
import dev.roundelay.worker.gpu.Gpus;
import dev.roundelay.worker.harness.HarnessProgram;
import dev.roundelay.worker.register.Identity;
import dev.roundelay.worker.register.Join;
import dev.roundelay.worker.register.JoinRefusedException;
import dev.roundelay.worker.run.AssignmentRunner;
import dev.roundelay.worker.run.RanLog;
import dev.roundelay.worker.run.SharedJobs;
import dev.roundelay.worker.run.Slots;
import dev.roundelay.worker.run.Trees;
import dev.roundelay.worker.run.Workshop;
import dev.roundelay.worker.sandbox.Isolation;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxConfig;
import dev.roundelay.worker.sync.Changes;
import dev.roundelay.worker.sync.SyncLoop;
import dev.roundelay.worker.telemetry.DiskWatch;
import dev.roundelay.worker.telemetry.Machine;
import dev.roundelay.worker.telemetry.MachineProbe;
import dev.roundelay.worker.telemetry.Sampler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A worker: joins, syncs and runs assignments until it is stopped. Built top to bottom in [#run]; nothing is static.
public final class Agent {
    private static final Duration LAST_MOMENTS = Duration.ofSeconds(8);

    private final WorkerConfig config;
    private final GpuSettings gpuSettings;
    private final Consumer<String> onReady;
    private final InstantSource clock = InstantSource.system();
    private final Queue<AssignmentRunner> runners = new ConcurrentLinkedQueue<>();

    /// Makes an agent; nothing is started yet.
    ///
    /// @param onReady told the ready line once, after the first answered sync
    public Agent(WorkerConfig config, Consumer<String> onReady) {
        this(config, GpuSettings.defaults(), onReady);
    }

    /// Makes an agent that looks for GPUs as told.
    public Agent(WorkerConfig config, GpuSettings gpuSettings, Consumer<String> onReady) {
        this.config = config;
        this.gpuSettings = gpuSettings;
        this.onReady = onReady;
    }

    /// Runs until interrupted. Whatever ends it, no harness survives.
    ///
    /// @throws JoinRefusedException if this machine cannot be a worker of that server
    /// @throws RefusedException     if the server does not want this worker any more
    public void run() throws IOException, JoinRefusedException, RefusedException, InterruptedException {
        run(false);
    }

    /// Joins the server, after the same looks at this machine as [#run], and does not work. Tells the ready line
    /// as whom.
    ///
    /// @throws JoinRefusedException if this machine cannot be a worker of that server
    public void join() throws IOException, JoinRefusedException, RefusedException, InterruptedException {
        run(true);
    }

    private void run(boolean joinOnly)
            throws IOException, JoinRefusedException, RefusedException, InterruptedException {
        Path data = config.dataDir();
        prepareDataDir(data);
        Backoff backoff = new Backoff(RandomGenerator.getDefault(), Thread::sleep);
        Changes changes = new Changes();
        try (DataDirLock lock = DataDirLock.take(data);
                ProcessLauncher launcher = new ProcessLauncher();
                Gpus gpus = Gpus.find(launcher, gpuSettings, config.slots(), System::nanoTime, changes::signal);
                Sampler sampler = new Sampler(
                        gpus,
                        new DiskWatch(data, config.diskReserve(), changes::signal),
                        config.isolation().toString(),
                        clock);
                WorkerClient client = client(backoff)) {
            lock.requireHeld();
            Sandbox sandbox = sandbox(launcher);
            Interpreter python = Interpreter.probe(config.python(), launcher);
            Path program = HarnessProgram.unpack(data.resolve("harness"));
            Machine machine = MachineProbe.probe(config, sampler, gpus, versions(python));
            gpus.proveIn(sandbox, python.asEnvironment(), program);
            Identity identity =
                    new Join(data, client, backoff, clock).enter(config.token(), registration(machine, gpus));
            if (joinOnly) {
                onReady.accept("roundelay worker joined: %s (%s)".formatted(config.name(), identity));
                return;
            }
            WorkerClient.Joined calls = client.joined(identity.secret(), handover(identity));
            Workshop shop = new Workshop(
                    calls,
                    config,
                    machine,
                    new Slots(machine.slots(), gpus),
                    new SharedJobs(data.resolve("jobs")),
                    data.resolve("attempts"),
                    program,
                    environments(python, sandbox),
                    sandbox,
                    new RanLog(data.resolve("ran.jsonl")),
                    changes,
                    clock);
            sampler.start();
            AtomicBoolean announced = new AtomicBoolean();
            SyncLoop loop = new SyncLoop(
                    new SyncLoop.Parts(
                            calls::sync,
                            (id, fence) -> start(shop, id, fence),
                            (instance, held, seen) -> report(machine, gpus, sampler.latest(), instance, held, seen),
                            backoff,
                            System::nanoTime,
                            config.disconnectLimit(),
                            _ -> announce(announced, identity, machine, gpus)),
                    changes);
            try {
                loop.run();
            } finally {
                endAll(loop);
            }
        }
    }

    private static void prepareDataDir(Path data) throws IOException {
        Files.createDirectories(
                data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private WorkerClient client(Backoff backoff) throws IOException {
        return new WorkerClient(new ServerList(config.servers()), Tls.of(config), backoff);
    }

    /// Clears what a former agent left, and makes sure that sandboxes work.
    private Sandbox sandbox(ProcessLauncher launcher) throws IOException, JoinRefusedException {
        Path data = config.dataDir();
        for (String left : List.of("attempts", "jobs", "sandboxes")) {
            Trees.remove(data.resolve(left));
        }
        Path scratch = Files.createDirectories(data.resolve("sandboxes"));
        SandboxConfig wanted =
                config.isolation() == Isolation.NONE ? SandboxConfig.none(scratch) : SandboxConfig.bubblewrap(scratch);
        Sandbox sandbox = new Sandbox(wanted, launcher);
        var problem = sandbox.findProblem();
        if (problem.isPresent()) {
            throw new JoinRefusedException(problem.get());
        }
        return sandbox;
    }

    private EnvironmentStore environments(Interpreter python, Sandbox sandbox) throws IOException {
        EnvironmentStore store = new EnvironmentStore(
                EnvironmentConfig.withDefaults(config.dataDir(), config.index()), python, sandbox, clock);
        store.start();
        return store;
    }

    private static Map<String, String> versions(Interpreter python) {
        Map<String, String> versions = new TreeMap<>();
        versions.put("python", python.version());
        for (String name : List.of("torch", "numpy")) {
            String version = python.packages().get(name);
            if (version != null) {
                versions.put(name, version);
            }
        }
        return versions;
    }

    private static RegisterRequest registration(Machine machine, Gpus gpus) {
        int slots = gpus.isEmpty() ? machine.slots() : gpus.slots();
        return new RegisterRequest(
                machine.name(),
                RegisterRequest.PROTOCOL,
                slots,
                machine.device(),
                machine.model(),
                gpus.isEmpty() ? machine.memoryMb() : gpus.memoryMb(slots),
                machine.labels(),
                machine.datasets(),
                machine.versions());
    }

    private @Nullable Handover handover(Identity identity) throws IOException {
        Path folder = config.handover();
        if (folder == null) {
            return null;
        }
        Path own = folder.resolve(identity.workerId());
        Files.createDirectories(
                own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new Handover(own);
    }

    private AssignmentRunner start(Workshop shop, String id, String fence) {
        try {
            runners.removeIf(AssignmentRunner::isOver);
            AssignmentRunner runner = new AssignmentRunner(shop, id, fence).start();
            runners.add(runner);
            return runner;
        } catch (IOException e) {
            throw new UncheckedIOException("[" + config.dataDir() + "] no folder can be made; check the disk", e);
        }
    }

    private static SyncRequest report(
            Machine machine,
            Gpus gpus,
            Telemetry telemetry,
            String instance,
            List<SyncRequest.Held> held,
            @Nullable String seen) {
        int usable = gpus.isEmpty() ? machine.slots() : gpus.slots();
        // In trouble it keeps what it holds, and offers nothing beside it.
        int slots = telemetry.trouble() == null ? usable : Math.min(usable, held.size());
        List<Long> free = gpus.isEmpty() ? null : telemetry.trouble() == null ? gpus.slotFreeMemoryMb() : List.of();
        return new SyncRequest(
                instance,
                RegisterRequest.PROTOCOL,
                slots,
                machine.device(),
                machine.model(),
                gpus.isEmpty() ? machine.memoryMb() : gpus.memoryMb(slots),
                free == null
                        // Of what is offered: the machine may have far more.
                        ? Math.min(machine.memoryMb(), telemetry.freeMemoryMb())
                        : free.stream().mapToLong(Long::longValue).sum(),
                free,
                machine.labels(),
                machine.datasets(),
                machine.versions(),
                telemetry,
                held,
                seen);
    }

    private void announce(AtomicBoolean announced, Identity identity, Machine machine, Gpus gpus) {
        if (!announced.getAndSet(true)) {
            int slots = gpus.isEmpty() ? machine.slots() : gpus.slots();
            List<String> troubles = gpus.troubles();
            onReady.accept("roundelay worker ready: " + identity.workerId() + " " + machine.name() + ", "
                    + slots + (slots == 1 ? " slot" : " slots") + " of " + machine.model()
                    + (troubles.isEmpty() ? "" : " (no slot: " + String.join("; ", troubles) + ")")
                    + ", isolation " + config.isolation() + ", server "
                    + config.servers().getFirst());
        }
    }

    private void endAll(SyncLoop loop) {
        boolean interrupted = Thread.interrupted();
        loop.abandonAll();
        try {
            for (AssignmentRunner runner : runners) {
                runner.awaitEnd(LAST_MOMENTS);
            }
        } catch (InterruptedException _) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
