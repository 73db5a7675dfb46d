package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// A memory control group for one sandbox, version 1 or 2, below the agent's own group.
///
/// It is the first line; the agent's own polling is the second one and the only one where no group can be made.
final class MemoryCgroup implements AutoCloseable {
    private static final int REMOVE_TRIES = 100;
    private static final long REMOVE_PAUSE_NANOS = 10_000_000;

    private final Path folder;
    private final boolean second;

    private MemoryCgroup(Path folder, boolean second) {
        this.folder = folder;
        this.second = second;
    }

    /// Makes a group with a limit, or says that this machine does not let us.
    static Optional<MemoryCgroup> tryCreate(String name, long limitBytes) {
        for (Parent parent : parents()) {
            Optional<MemoryCgroup> group = tryCreate(parent.folder(), name, limitBytes, parent.second());
            if (group.isPresent()) {
                return group;
            }
        }
        return Optional.empty();
    }

    /// Removes empty groups that killed agents have left; one of the last minute may be about to be entered.
    static void sweep() {
        for (Parent parent : parents()) {
            try (DirectoryStream<Path> left = Files.newDirectoryStream(parent.folder(), "roundelay-*")) {
                for (Path group : left) {
                    removeIfLeft(group);
                }
            } catch (IOException | DirectoryIteratorException e) {
                // What stays is empty and goes with the agent's own group.
                continue;
            }
        }
    }

    static void removeIfLeft(Path group) {
        try {
            Instant made = Files.getLastModifiedTime(group).toInstant();
            if (made.isBefore(Instant.now().minusSeconds(60))) {
                Files.deleteIfExists(group);
            }
        } catch (IOException e) {
            // It is in use.
            return;
        }
    }

    private record Parent(Path folder, boolean second) {}

    private static List<Parent> parents() {
        List<Parent> parents = new ArrayList<>();
        for (String line : readLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            boolean second = parts[1].isEmpty();
            if (second || List.of(parts[1].split(",")).contains("memory")) {
                Path mount = second ? unifiedMount() : Path.of("/sys/fs/cgroup/memory");
                parents.add(new Parent(mount.resolve(parts[2].substring(1)), second));
            }
        }
        return parents;
    }

    /// Returns the file that a process writes its pid to in order to enter.
    Path entrance() {
        return folder.resolve("cgroup.procs");
    }

    /// Returns how many processes the kernel has killed because of the limit.
    long kills() {
        for (String line : readLines(folder.resolve(second ? "memory.events" : "memory.oom_control"))) {
            if (line.startsWith("oom_kill ")) {
                return Long.parseLong(line.substring(9).strip());
            }
        }
        return 0;
    }

    /// Removes the group once the kernel lets it go: its last processes may be dead but not yet reaped.
    @Override
    public void close() {
        for (int i = 0; i < REMOVE_TRIES; i++) {
            try {
                Files.deleteIfExists(folder);
                return;
            } catch (IOException e) {
                LockSupport.parkNanos(REMOVE_PAUSE_NANOS);
            }
        }
    }

    private static Optional<MemoryCgroup> tryCreate(Path own, String name, long limitBytes, boolean second) {
        if (!Files.isWritable(own)
                || (second
                        && !readLines(own.resolve("cgroup.subtree_control"))
                                .toString()
                                .contains("memory"))) {
            return Optional.empty();
        }
        Path folder = own.resolve("roundelay-" + name);
        try {
            Files.createDirectory(folder);
            if (second) {
                Files.writeString(folder.resolve("memory.max"), Long.toString(limitBytes));
            } else {
                Files.writeString(folder.resolve("memory.limit_in_bytes"), Long.toString(limitBytes));
            }
            return Optional.of(new MemoryCgroup(folder, second));
        } catch (IOException e) {
            new MemoryCgroup(folder, second).close();
            return Optional.empty();
        }
    }

    private static Path unifiedMount() {
        Path hybrid = Path.of("/sys/fs/cgroup/unified");
        return Files.isDirectory(hybrid) ? hybrid : Path.of("/sys/fs/cgroup");
    }

    static List<String> readLines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
