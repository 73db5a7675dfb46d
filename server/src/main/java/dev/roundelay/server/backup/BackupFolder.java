package dev.roundelay.server.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder in which the backups of one server lie. One program at a time writes there; other things in it are left
/// alone.
public final class BackupFolder implements AutoCloseable {
    static final String UNFINISHED = ".unfinished";

    private static final Pattern NAME = Pattern.compile("backup-\\d{4}-\\d\\d-\\d\\dT\\d{6}Z(-\\d+)?");
    private static final FileAttribute<?> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;
    private final FileChannel lock;

    private BackupFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /// Opens it for writing, and removes what was broken off in it.
    ///
    /// @throws IOException if another program writes there
    public static BackupFolder open(Path folder) throws IOException {
        Files.createDirectories(folder, OWNERS);
        FileChannel lock =
                FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!tryLock(lock)) {
            lock.close();
            throw new IOException(
                    "[%s] another backup is being written there; wait for its end, or name another folder with --to"
                            .formatted(folder));
        }
        BackupFolder opened = new BackupFolder(folder, lock);
        opened.removeUnfinished();
        return opened;
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private void removeUnfinished() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(BackupFolder::isUnfinished).toList()) {
                removeTree(file);
            }
        }
    }

    private static boolean isUnfinished(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(UNFINISHED)
                && NAME.matcher(name.substring(0, name.length() - UNFINISHED.length()))
                        .matches();
    }

    /// Returns the whole backups of a folder, oldest first; none if there is no such folder.
    public static List<Backup> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            NAME.matcher(String.valueOf(file.getFileName())).matches())
                    .flatMap(file -> Backup.find(file).stream())
                    .sorted(Comparator.comparing(
                                    (Backup backup) -> backup.manifest().takenAt())
                            .thenComparing(Backup::name))
                    .toList();
        }
    }

    /// Returns the newest whole backup.
    Optional<Backup> newest() throws IOException {
        return list(folder).stream().reduce((_, later) -> later);
    }

    /// Makes the folder of a new, unfinished backup.
    Path begin(Instant at) throws IOException {
        String name = "backup-" + at.truncatedTo(ChronoUnit.SECONDS).toString().replace(":", "");
        Path whole = folder.resolve(name);
        for (int i = 2; Files.exists(whole); i++) {
            whole = folder.resolve(name + "-" + i);
        }
        return Files.createDirectory(whole.resolveSibling(whole.getFileName() + UNFINISHED), OWNERS);
    }

    /// Gives a backup that is written its name.
    Backup finish(Path unfinished) throws IOException {
        Durable.flushFolder(unfinished);
        String name = String.valueOf(unfinished.getFileName());
        Path whole = unfinished.resolveSibling(name.substring(0, name.length() - UNFINISHED.length()));
        Files.move(unfinished, whole);
        Durable.flushFolder(folder);
        return Backup.open(whole);
    }

    /// Removes the oldest whole backups but `keep`, and returns their names. Those that lack bytes which the server had
    /// lost are counted by themselves: they must not push out those that have them.
    public List<String> removeOld(int keep) throws IOException {
        List<String> removed = new ArrayList<>();
        for (boolean sound : new boolean[] {true, false}) {
            List<Backup> oldestFirst = list(folder).stream()
                    .filter(backup -> backup.manifest().isSound() == sound)
                    .toList();
            for (Backup backup : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - keep))) {
                // Without its name first: half a removal is no backup.
                Path doomed = backup.folder().resolveSibling(backup.name() + UNFINISHED);
                Files.move(backup.folder(), doomed);
                removeTree(doomed);
                removed.add(backup.name());
            }
        }
        return removed;
    }

    private static void removeTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
