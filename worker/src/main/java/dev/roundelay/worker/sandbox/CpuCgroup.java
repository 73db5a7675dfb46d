package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Processor groups of version 1: all processes of a sandbox together have the share of one.
///
/// Without it Linux shares out the cores by session (autogroups, sched(7)): a job whose processes each begin a
/// session of their own takes nearly all of them from its worker, which then cannot see what it is to end.
/// Under version 2 the group that bounds the memory does this too, where the processor is delegated with it.
final class CpuCgroup {
    private CpuCgroup() {}

    /// Makes a group, or says that this machine does not let us.
    static Optional<CgroupFolder> tryCreate(String name) {
        return parent().filter(Files::isWritable).flatMap(own -> {
            try {
                return Optional.of(CgroupFolder.create(own, name));
            } catch (IOException _) {
                return Optional.empty();
            }
        });
    }

    static void sweep() {
        parent().ifPresent(CgroupFolder::sweep);
    }

    /// Returns the agent's own group.
    private static Optional<Path> parent() {
        for (String line : CgroupFolder.lines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (List.of(parts[1].split(",")).contains("cpu")) {
                return Optional.of(Path.of("/sys/fs/cgroup", parts[1]).resolve(parts[2].substring(1)));
            }
        }
        return Optional.empty();
    }
}
