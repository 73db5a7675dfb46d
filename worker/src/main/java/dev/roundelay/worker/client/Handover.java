package dev.roundelay.worker.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder through which files change hands with a server on the same filesystem, by hard link. Thread-safe.
public final class Handover {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

    private final Path folder;

    /// Makes one.
    ///
    /// @param folder this worker's own, mode 0700
    public Handover(Path folder) {
        this.folder = folder;
    }

    /// Returns a name that was never used before.
    String newName() {
        return UUID.randomUUID().toString();
    }

    /// Links a file under a new name, or returns empty where this filesystem cannot.
    Optional<String> tryLink(Path file) {
        String name = newName();
        try {
            Files.createLink(folder.resolve(name), file);
            return Optional.of(name);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("cannot hand {} over by link", file, e);
            return Optional.empty();
        }
    }

    /// Removes a link that the server has not taken.
    void withdraw(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }

    /// Moves a file that the server put here to its place.
    void take(String name, Path target) throws IOException {
        Files.move(folder.resolve(name), target);
    }
}
