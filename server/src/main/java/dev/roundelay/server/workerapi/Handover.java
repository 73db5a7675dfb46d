package dev.roundelay.server.workerapi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;

/// The folder through which files change hands with workers on this machine, by hard link instead of through
/// the socket. Each worker owns the sub-folder of its id, made by its agent: where there is none, nothing is
/// handed over.
public final class Handover {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");

    private final Path folder;

    /// @param folder on the file system of spool and blobs
    public Handover(Path folder) {
        this.folder = folder;
    }

    /// Moves the file that a worker has linked here to `target`, and tells whether there was one. It is renamed
    /// before it is looked at, so that its name cannot change under a check.
    boolean take(String worker, String name, Path target) {
        if (!isName(worker) || !isName(name)) {
            return false;
        }
        try {
            Files.move(folder.resolve(worker).resolve(name), target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Links a file of the server's that is never written again to where a worker takes it, and tells whether
    /// that was possible.
    boolean put(String worker, String name, Path file) {
        if (!isName(worker) || !isName(name)) {
            return false;
        }
        try {
            Files.createLink(folder.resolve(worker).resolve(name), file);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
