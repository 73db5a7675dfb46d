package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A memory control group for one sandbox, version 1 or 2, below the agent's own group.
///
/// It is the first line; the agent's own polling is the second one and the only one where no group can be made.
final class MemoryCgroup implements AutoCloseable {
    private final CgroupFolder folder;
    private final boolean second;

    private MemoryCgroup(CgroupFolder folder, boolean second) {
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

    static void sweep() {
        parents().forEach(parent -> CgroupFolder.sweep(parent.folder()));
    }

    private record Parent(Path folder, boolean second) {}

    private static List<Parent> parents() {
        List<Parent> parents = new ArrayList<>();
        for (String line : CgroupFolder.lines(Path.of("/proc/self/cgroup"))) {
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
        return folder.entrance();
    }

    /// Returns how many processes the kernel has killed because of the limit.
    long kills() {
        for (String line : CgroupFolder.lines(folder.path().resolve(second ? "memory.events" : "memory.oom_control"))) {
            if (line.startsWith("oom_kill ")) {
                return Long.parseLong(line.substring(9).strip());
            }
        }
        return 0;
    }

    @Override
    public void close() {
        folder.close();
    }

    private static Optional<MemoryCgroup> tryCreate(Path own, String name, long limitBytes, boolean second) {
        if (!Files.isWritable(own)
                || (second
                        && !CgroupFolder.lines(own.resolve("cgroup.subtree_control"))
                                .toString()
                                .contains("memory"))) {
            return Optional.empty();
        }
        try {
            CgroupFolder folder = CgroupFolder.create(own, name);
            MemoryCgroup group = new MemoryCgroup(folder, second);
            try {
                Path limit = folder.path().resolve(second ? "memory.max" : "memory.limit_in_bytes");
                Files.writeString(limit, Long.toString(limitBytes));
                return Optional.of(group);
            } catch (IOException _) {
                group.close();
                return Optional.empty();
            }
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static Path unifiedMount() {
        Path hybrid = Path.of("/sys/fs/cgroup/unified");
        return Files.isDirectory(hybrid) ? hybrid : Path.of("/sys/fs/cgroup");
    }
}
