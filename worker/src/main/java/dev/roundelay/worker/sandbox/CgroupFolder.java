package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// The folder of one sandbox's control group, below the agent's own group.
record CgroupFolder(Path path) implements AutoCloseable {
    private static final String PREFIX = "roundelay-";
    private static final int REMOVE_TRIES = 100;
    private static final long REMOVE_PAUSE_NANOS = 10_000_000;

    static CgroupFolder create(Path own, String name) throws IOException {
        return new CgroupFolder(Files.createDirectory(own.resolve(PREFIX + name)));
    }

    /// Removes empty groups that killed agents have left; one of the last minute may be about to be entered.
    static void sweep(Path own) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(own, PREFIX + "*")) {
            left.forEach(CgroupFolder::removeIfLeft);
        } catch (IOException | DirectoryIteratorException _) {
            // What stays is empty and goes with the agent's own group.
        }
    }

    private static void removeIfLeft(Path group) {
        try {
            if (Files.getLastModifiedTime(group)
                    .toInstant()
                    .isBefore(Instant.now().minusSeconds(60))) {
                Files.deleteIfExists(group);
            }
        } catch (IOException _) {
            // It is in use.
        }
    }

    /// Returns the lines of a file of the kernel's, none if it cannot be read.
    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException _) {
            return List.of();
        }
    }

    /// Returns the file that a process writes its pid to in order to enter.
    Path entrance() {
        return path.resolve("cgroup.procs");
    }

    /// Removes the group once the kernel lets it go: its last processes may be dead but not yet reaped.
    @Override
    public void close() {
        for (int i = 0; i < REMOVE_TRIES; i++) {
            try {
                Files.deleteIfExists(path);
                return;
            } catch (IOException _) {
                LockSupport.parkNanos(REMOVE_PAUSE_NANOS);
            }
        }
    }
}
