package dev.roundelay.worker.controlplane;

import dev.roundelay.worker.Agent;
import dev.roundelay.worker.config.WorkerConfig;
import dev.roundelay.worker.environment.PackageIndex;
import dev.roundelay.worker.gpu.GpuSettings;
import dev.roundelay.worker.sandbox.Isolation;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A real agent on a thread of the test. Close it: it ends its harnesses and is gone.
public final class RunningAgent implements AutoCloseable {
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
    private final Thread thread;

    private RunningAgent(WorkerConfig config, GpuSettings gpus) {
        thread = Thread.ofPlatform().name("agent").start(() -> {
            try {
                new Agent(config, gpus, ready::complete).run();
            } catch (Throwable e) {
                ended.complete(e);
            }
        });
    }

    /// What a test varies of the configuration.
    public static final class Setup {
        private final FakeControlPlane plane;
        private final Path dataDir;
        private List<URI> servers;
        private String name = "w1";
        private @Nullable String token = FakeControlPlane.TOKEN;
        private int slots = 1;
        private Path python = Path.of("/usr/bin/python3");
        private Map<String, Path> datasets = Map.of();
        private List<String> allowedUsers = List.of();
        private Isolation isolation = Isolation.BUBBLEWRAP;
        private long memoryMb = 2_048;
        private long outDirMb = 100;
        private long diskReserveMb;
        private long temporaryMb = 200;
        private int processes = 256;
        private Duration disconnectLimit = Duration.ofMinutes(10);
        private @Nullable Path handover;
        private GpuSettings gpus = GpuSettings.defaults();

        /// Makes the setup of one slot on Debian's Python.
        public Setup(FakeControlPlane plane, Path dataDir) {
            this.plane = plane;
            this.dataDir = dataDir;
            this.servers = List.of(URI.create(plane.url()));
        }

        /// Sets the servers.
        public Setup servers(String... urls) {
            servers = Arrays.stream(urls).map(URI::create).toList();
            return this;
        }

        /// Sets name and token.
        public Setup joining(String as, @Nullable String with) {
            name = as;
            token = with;
            return this;
        }

        /// Sets how many slots.
        public Setup slots(int count) {
            slots = count;
            return this;
        }

        /// Sets the interpreter.
        public Setup python(Path path) {
            python = path;
            return this;
        }

        /// Offers a dataset.
        public Setup dataset(String as, Path folder) {
            datasets = Map.of(as, folder);
            return this;
        }

        /// Only runs code of that user.
        public Setup allowUser(String email) {
            allowedUsers = List.of(email);
            return this;
        }

        /// Sets the isolation.
        public Setup isolation(Isolation kind) {
            isolation = kind;
            return this;
        }

        /// Sets the memory of all slots.
        public Setup memoryMb(long mb) {
            memoryMb = mb;
            return this;
        }

        /// Sets the free disk below which no new shards are taken.
        public Setup diskReserveMb(long mb) {
            diskReserveMb = mb;
            return this;
        }

        /// Sets the most that out_dir may hold.
        public Setup outDirMb(long mb) {
            outDirMb = mb;
            return this;
        }

        /// Sets the most processes.
        public Setup processes(int count) {
            processes = count;
            return this;
        }

        /// Sets how long to go on without a server.
        public Setup disconnectLimit(Duration limit) {
            disconnectLimit = limit;
            return this;
        }

        /// Sets the most that temporary files may take.
        public Setup temporaryMb(long mb) {
            temporaryMb = mb;
            return this;
        }

        /// Hands files over by link.
        public Setup handOver(Path folder) {
            handover = folder;
            plane.handOver(folder);
            return this;
        }

        /// Looks for GPUs as told.
        public Setup gpus(GpuSettings settings) {
            gpus = settings;
            return this;
        }

        /// Starts the agent.
        public RunningAgent start() {
            WorkerConfig config = new WorkerConfig(
                    servers,
                    token,
                    name,
                    slots,
                    dataDir,
                    python,
                    Map.of("room", "lab"),
                    datasets,
                    allowedUsers,
                    isolation,
                    PackageIndex.offlineFrom(List.of(), false),
                    memoryMb,
                    new WorkerConfig.Limits(processes, outDirMb, temporaryMb, 1, 1_024),
                    new WorkerConfig.DiskReserve(diskReserveMb),
                    disconnectLimit,
                    null,
                    null,
                    handover,
                    false);
            return new RunningAgent(config, gpus);
        }
    }

    /// Waits for the ready line.
    public String ready() throws InterruptedException, ExecutionException, TimeoutException {
        return ready.get(60, TimeUnit.SECONDS);
    }

    /// Waits for the end and returns what ended it.
    public Throwable ended() throws InterruptedException, ExecutionException, TimeoutException {
        return ended.get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("the agent does not end");
        }
    }
}
