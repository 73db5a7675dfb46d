package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A memory control group for one sandbox, version 1 or 2, below the agent's own group.
///
/// It is the first line; the agent's own polling is the second one and the only one where no group can be made.
final class MemoryCgroup implements AutoCloseable {
    private final Path folder;
    private final boolean second;

    private MemoryCgroup(Path folder, boolean second) {
        this.folder = folder;
        this.second = second;
    }

    /// Makes a group with a limit, or says that this machine does not let us.
    static Optional<MemoryCgroup> tryCreate(String name, long limitBytes) {
        for (String line : readLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            boolean second = parts[1].isEmpty();
            if (!second && !List.of(parts[1].split(",")).contains("memory")) {
                continue;
            }
            Path mount = second ? unifiedMount() : Path.of("/sys/fs/cgroup/memory");
            Path own = mount.resolve(parts[2].substring(1));
            Optional<MemoryCgroup> group = tryCreate(own, name, limitBytes, second);
            if (group.isPresent()) {
                return group;
            }
        }
        return Optional.empty();
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

    /// Removes the group; its processes must be gone.
    @Override
    public void close() {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            // A group that the kernel still holds goes with the agent's own group.
            return;
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

    private static List<String> readLines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
