package dev.roundelay.server.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a running postmaster says of itself in `postmaster.pid`.
///
/// @param pid   of the postmaster, by its own account
/// @param ready whether it takes connections
record PostmasterFile(long pid, int port, boolean ready) {
    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;

    /// Reads the file; empty if there is none or it is not whole yet.
    static Optional<PostmasterFile> find(Path data) throws IOException {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            if (lines.size() <= PORT_LINE) {
                return Optional.empty();
            }
            boolean ready =
                    lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
            return Optional.of(new PostmasterFile(
                    Long.parseLong(lines.getFirst().strip()),
                    Integer.parseInt(lines.get(PORT_LINE).strip()),
                    ready));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /// Returns the process, if it lives.
    Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    }
}
