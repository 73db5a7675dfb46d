package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A running sandboxed program: its pipes, its limits, its end. Thread-safe.
///
/// A virtual thread watches the limits every 200 ms and ends the whole process namespace at the first one
/// exceeded. Close it: that stops it at once and removes its small files.
public final class SandboxProcess implements AutoCloseable {
    /// Name of the file in the sandbox's folder that bubblewrap writes.
    static final String INFO = "info";

    private static final Pattern INIT = Pattern.compile("\"child-pid\": *(\\d+)");
    private static final Duration POLL = Duration.ofMillis(200);
    // A program at its process limit may be about to end some; one that stays there for so long is a fork bomb.
    private static final int POLLS_AT_PROCESS_LIMIT = 10;
    // The kernel also counts the namespace's first process; another may be ending while we look.
    private static final int UNSEEN_PROCESSES = 2;
    private static final Duration GONE_LOOK = Duration.ofMillis(2);
    private static final Duration KILL_WAIT = Duration.ofSeconds(5);

    private final Process process;
    private final SandboxSpec spec;
    private final Isolation isolation;
    private final ControlGroups groups;
    private final Path folder;
    private final CompletableFuture<Exit> cause = new CompletableFuture<>();
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private volatile Usage usage = Usage.NONE;
    private volatile Usage peak = Usage.NONE;
    private volatile long init = -1;

    SandboxProcess(Process process, SandboxSpec spec, Isolation isolation, ControlGroups groups, Path folder) {
        this.process = process;
        this.spec = spec;
        this.isolation = isolation;
        this.groups = groups;
        this.folder = folder;
        Thread.ofVirtual().name("watch-" + spec.name()).start(this::watch);
    }

    /// Returns the pipe to the program's standard input.
    public OutputStream stdin() {
        return process.getOutputStream();
    }

    /// Returns the pipe from the program's standard output.
    public InputStream stdout() {
        return process.getInputStream();
    }

    /// Returns the pipe from the program's standard error.
    public InputStream stderr() {
        return process.getErrorStream();
    }

    /// Returns the future end; it completes only when every process of the sandbox is gone.
    public CompletableFuture<Exit> exit() {
        return exit.copy();
    }

    /// Returns what was used at the last look, at most a few hundred milliseconds ago.
    public Usage usage() {
        return usage;
    }

    /// Returns the largest memory use that was seen.
    public long peakMemoryBytes() {
        return peak.memoryBytes();
    }

    /// Stops the program: SIGTERM to each of its processes, SIGKILL of them all after `grace`.
    ///
    /// @return whether every process is confirmed to be gone
    public boolean stop(Duration grace) {
        cause.complete(new Exit.Stopped());
        if (!grace.isZero()) {
            for (long pid : members()) {
                Native.kill(pid, Native.SIGTERM);
            }
            await(grace);
        }
        killAll();
        return await(KILL_WAIT);
    }

    /// Sends a signal to the program itself, not to what it has started.
    ///
    /// @return whether there is a program
    public boolean signal(int signal) {
        // In a namespace the first process is the sandbox's own, and the program is its only child.
        List<Long> pids = members();
        return !pids.isEmpty() && Native.kill(pids.getFirst(), signal);
    }

    /// Stops every process from running until the returned handle is closed, so that its files stand still.
    public Frozen freeze() {
        for (int i = 0; i < 50; i++) {
            boolean still = true;
            for (long pid : members()) {
                if (!ProcessTree.isStill(pid)) {
                    Native.kill(pid, Native.SIGSTOP);
                    still = false;
                }
            }
            if (still) {
                break;
            }
            Thread.onSpinWait();
        }
        return () -> members().forEach(pid -> Native.kill(pid, Native.SIGCONT));
    }

    /// Programs that stand still.
    public interface Frozen extends AutoCloseable {
        /// Lets them go on.
        @Override
        void close();
    }

    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    private void watch() {
        int pollsAtProcessLimit = 0;
        try {
            while (!process.waitFor(POLL)) {
                Optional<Exit> exceeded = measure();
                pollsAtProcessLimit =
                        usage.processes() + UNSEEN_PROCESSES >= spec.limits().processes() ? pollsAtProcessLimit + 1 : 0;
                if (exceeded.isEmpty() && pollsAtProcessLimit >= POLLS_AT_PROCESS_LIMIT) {
                    exceeded = Optional.of(new Exit.LimitExceeded(
                            Limit.PROCESSES, usage.processes(), spec.limits().processes()));
                }
                if (exceeded.isPresent()) {
                    cause.complete(exceeded.get());
                    killAll();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            finish();
        }
    }

    private Optional<Exit> measure() {
        List<Long> pids = members();
        if (pids.isEmpty()) {
            return Optional.empty();
        }
        SandboxLimits limits = spec.limits();
        ProcessTree.OpenFiles files = ProcessTree.openFiles(pids);
        long memory =
                ProcessTree.memoryBytes(pids, tmpfsBytes(pids.getFirst()) + files.memoryBytes(), limits.memoryBytes());
        long disk = 0;
        Optional<Exit> exceeded = Optional.empty();
        for (Mount mount : spec.mounts()) {
            if (mount.writable()) {
                UntrustedTree.Size size = UntrustedTree.size(mount.source(), mount.limitBytes());
                long bytes = size.bytes() + files.unnamedBytes();
                disk = Math.max(disk, bytes);
                if (size.depth() > UntrustedTree.DEEPEST) {
                    exceeded = Optional.of(
                            new Exit.LimitExceeded(Limit.DEPTH, size.depth(), UntrustedTree.DEEPEST, mount.target()));
                }
                if (bytes > mount.limitBytes()) {
                    exceeded =
                            Optional.of(new Exit.LimitExceeded(Limit.DISK, bytes, mount.limitBytes(), mount.target()));
                }
            }
        }
        Duration cpu = Duration.ofMillis(10 * ProcessTree.cpuTicks(pids));
        usage = new Usage(memory, ProcessTree.threads(pids), disk, cpu);
        peak = usage.memoryBytes() > peak.memoryBytes() ? usage : peak;
        if (memory > limits.memoryBytes()) {
            exceeded = Optional.of(new Exit.LimitExceeded(Limit.MEMORY, memory, limits.memoryBytes()));
        }
        // The kernel ends the largest process alone, and a program may wait for ever for a child that is no more.
        return groups.kills() > 0 ? Optional.of(memoryExceeded()) : exceeded;
    }

    private Exit memoryExceeded() {
        long limit = spec.limits().memoryBytes();
        return new Exit.LimitExceeded(Limit.MEMORY, limit, limit);
    }

    private long tmpfsBytes(long pid) {
        return isolation == Isolation.NONE
                ? 0
                : ProcessTree.tmpfsBytes(pid, "/tmp", spec.limits().temporaryBytes())
                        + ProcessTree.tmpfsBytes(pid, "/dev/shm", spec.limits().sharedMemoryBytes());
    }

    private List<Long> members() {
        if (isolation == Isolation.NONE) {
            List<Long> all = new java.util.ArrayList<>(ProcessTree.descendants(process.pid()));
            all.addFirst(process.pid());
            return all;
        }
        findInit();
        return init < 0 ? List.of() : ProcessTree.descendants(init);
    }

    // Bubblewrap names it before anything of the program runs, so that even one that has ended at once is known.
    private void findInit() {
        if (init < 0 && isolation != Isolation.NONE) {
            try {
                Matcher named = INIT.matcher(Files.readString(folder.resolve(INFO)));
                init = named.find() ? Long.parseLong(named.group(1)) : -1;
            } catch (IOException e) {
                // Not there yet, or no longer.
                return;
            }
        }
    }

    private void killAll() {
        if (isolation == Isolation.NONE) {
            List<Long> all = members();
            Native.kill(-process.pid(), Native.SIGKILL);
            all.forEach(pid -> Native.kill(pid, Native.SIGKILL));
            return;
        }
        findInit();
        // The namespace's first process takes all others with it; the kernel lets it go only when they are gone.
        if (init >= 0 && ProcessTree.isInit(init)) {
            Native.kill(init, Native.SIGKILL);
            await(Duration.ofSeconds(1));
        }
        process.destroyForcibly();
    }

    private boolean await(Duration patience) {
        try {
            return process.waitFor(patience) && isInitGone(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    // Java looks at processes that are not its children every 300 ms at best.
    private boolean isInitGone(Duration patience) throws InterruptedException {
        findInit();
        long deadline = System.nanoTime() + patience.toNanos();
        while (init >= 0 && ProcessTree.isInit(init)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(GONE_LOOK);
        }
        return true;
    }

    private void finish() {
        await(KILL_WAIT);
        int code = process.isAlive() ? 137 : process.exitValue();
        Exit natural = code > 128 ? new Exit.Signalled(code - 128) : new Exit.Exited(code);
        Exit found = cause.getNow(natural);
        if (groups.kills() > 0 && !(found instanceof Exit.Stopped)) {
            found = memoryExceeded();
        }
        groups.close();
        removeFolder();
        exit.complete(found);
    }

    private void removeFolder() {
        try {
            Files.deleteIfExists(folder.resolve("filter"));
            Files.deleteIfExists(folder.resolve("passwd"));
            Files.deleteIfExists(folder.resolve(INFO));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            // The scratch folder is emptied at the agent's next start.
            return;
        }
    }
}
