package dev.roundelay.worker.environment;

import dev.roundelay.worker.sandbox.UntrustedTree;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Seals a folder against changes, and removes sealed folders. Links are never followed.
final class SealedTree {
    private static final Set<PosixFilePermission> WRITE = EnumSet.of(
            PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    private static final Set<PosixFilePermission> READ =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private SealedTree() {}

    /// Makes everything readable by all and writable by nobody, owned by root where the agent is root.
    ///
    /// @return the bytes of its files
    static long seal(Path folder) throws IOException {
        long[] bytes = {0};
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                bytes[0] += attributes.size();
                return seal(file, attributes);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
                return seal(dir, Files.readAttributes(dir, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
            }

            private FileVisitResult seal(Path path, BasicFileAttributes attributes) throws IOException {
                if (ROOT) {
                    Files.setAttribute(path, "unix:uid", 0, LinkOption.NOFOLLOW_LINKS);
                    Files.setAttribute(path, "unix:gid", 0, LinkOption.NOFOLLOW_LINKS);
                }
                if (!attributes.isSymbolicLink()) {
                    Set<PosixFilePermission> modes = EnumSet.copyOf(Files.getPosixFilePermissions(path));
                    modes.removeAll(WRITE);
                    modes.addAll(READ);
                    if (attributes.isDirectory() || modes.contains(PosixFilePermission.OWNER_EXECUTE)) {
                        modes.add(PosixFilePermission.OWNER_EXECUTE);
                        modes.add(PosixFilePermission.GROUP_EXECUTE);
                        modes.add(PosixFilePermission.OTHERS_EXECUTE);
                    }
                    Files.setPosixFilePermissions(path, modes);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes[0];
    }

    /// Returns the bytes of the files below a folder.
    static long bytes(Path folder) throws IOException {
        long[] bytes = {0};
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                bytes[0] += attributes.size();
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                // A build under way has removed it.
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes[0];
    }

    /// Removes a folder and all below it; nothing happens if it is not there.
    static void delete(Path folder) throws IOException {
        if (!UntrustedTree.remove(folder)) {
            throw new IOException("[environment] " + folder + " cannot be removed wholly; remove it by hand");
        }
    }
}
