package dev.roundelay.server.workerapi;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder through which files change hands with workers on this machine, by hard link instead of through
/// the socket. Each worker owns the sub-folder of its id, made by its agent: where there is none, nothing is
/// handed over.
public final class Handover {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");

    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

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

    /// Removes links that nobody has fetched since an instant. A worker owns its folder and may put anything there:
    /// no link is followed, and what may not be removed stays.
    public void sweep(Instant before) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> workers = Files.newDirectoryStream(folder)) {
            if (!(workers instanceof SecureDirectoryStream<Path> secure)) {
                return;
            }
            for (Path worker : secure) {
                try (SecureDirectoryStream<Path> files =
                        secure.newDirectoryStream(worker.getFileName(), LinkOption.NOFOLLOW_LINKS)) {
                    sweep(folder.resolve(worker.getFileName()), files, before);
                } catch (FileSystemException e) {
                    // A link, a file, or another user's: not ours to clean.
                    LOG.debug("{} is left alone: {}", worker, e.toString());
                }
            }
        }
    }

    private static void sweep(Path worker, SecureDirectoryStream<Path> files, Instant before) throws IOException {
        for (Path file : files) {
            try {
                // A link has the time at which its bytes were written; only the change of the inode tells of the link.
                FileTime linked = (FileTime)
                        Files.getAttribute(worker.resolve(file.getFileName()), "unix:ctime", LinkOption.NOFOLLOW_LINKS);
                if (linked.toInstant().isBefore(before)) {
                    files.deleteFile(file.getFileName());
                }
            } catch (NoSuchFileException _) {
                // Fetched meanwhile.
            } catch (FileSystemException e) {
                LOG.debug("{} stays: {}", file, e.toString());
            }
        }
    }

    private static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
