package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// A processor group of version 1 for one sandbox: all of its processes together have the share of one.
///
/// Without it Linux shares out the cores by session (autogroups, sched(7)): a job whose processes each begin a
/// session of their own takes nearly all of them from its worker, which then cannot see what it is to end.
/// Under version 2 the group that bounds the memory does this too, where the processor is delegated with it.
final class CpuCgroup implements AutoCloseable {
    private static final String PREFIX = "roundelay-";
    private static final int REMOVE_TRIES = 100;
    private static final long REMOVE_PAUSE_NANOS = 10_000_000;

    private final Path folder;

    private CpuCgroup(Path folder) {
        this.folder = folder;
    }

    /// Makes a group, or says that this machine does not let us.
    static Optional<CpuCgroup> tryCreate(String name) {
        return parent().filter(Files::isWritable).flatMap(own -> {
            Path folder = own.resolve(PREFIX + name);
            try {
                return Optional.of(new CpuCgroup(Files.createDirectory(folder)));
            } catch (IOException _) {
                return Optional.empty();
            }
        });
    }

    /// Removes empty groups that killed agents have left.
    static void sweep() {
        parent().ifPresent(own -> {
            try (DirectoryStream<Path> left = Files.newDirectoryStream(own, PREFIX + "*")) {
                left.forEach(MemoryCgroup::removeIfLeft);
            } catch (IOException | DirectoryIteratorException _) {
                // What stays is empty and goes with the agent's own group.
            }
        });
    }

    /// Returns the agent's own group.
    private static Optional<Path> parent() {
        for (String line : MemoryCgroup.readLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (List.of(parts[1].split(",")).contains("cpu")) {
                return Optional.of(Path.of("/sys/fs/cgroup", parts[1]).resolve(parts[2].substring(1)));
            }
        }
        return Optional.empty();
    }

    /// Returns the file that a process writes its pid to in order to enter.
    Path entrance() {
        return folder.resolve("cgroup.procs");
    }

    /// Removes the group once the kernel lets it go: its last processes may be dead but not yet reaped.
    @Override
    public void close() {
        for (int i = 0; i < REMOVE_TRIES; i++) {
            try {
                Files.deleteIfExists(folder);
                return;
            } catch (IOException _) {
                LockSupport.parkNanos(REMOVE_PAUSE_NANOS);
            }
        }
    }
}
