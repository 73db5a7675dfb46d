package dev.roundelay.server.backup;

import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.Schema;
import dev.roundelay.server.store.SweepHold;
import dev.roundelay.storage.BlobFault;
import dev.roundelay.storage.disk.BlobFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Makes a data folder and a database of a backup: a server that goes on where the backup was taken, and is another one
/// than that of which it was taken.
public final class Restore {
    /// Lies in a data folder that is not whole yet.
    private static final String MARK = "restore.unfinished";

    private final Backup backup;
    private final Path dataDir;
    private final InstantSource clock;
    private final RandomGenerator random;

    public Restore(Backup backup, Path dataDir, InstantSource clock, RandomGenerator random) {
        this.backup = backup;
        this.dataDir = dataDir;
        this.clock = clock;
        this.random = random;
    }

    /// What came back.
    ///
    /// @param lost how many blobs the backup has not got whole
    public record Restored(long blobs, long bytes, long lost) {}

    /// Checks that the backup's files and the data folder are fit for it, and marks the folder.
    ///
    /// @throws IOException if they are not; nothing was changed then
    public void begin() throws IOException {
        List<String> damaged = backup.damagedFiles();
        if (!damaged.isEmpty()) {
            throw new IOException(String.join("\n", damaged));
        }
        if (Files.exists(dataDir)) {
            requireEmpty();
        }
        Files.createDirectories(dataDir);
        Durable.write(dataDir.resolve(MARK), backup.name() + "\n");
        Durable.flushFolder(dataDir);
    }

    private void requireEmpty() throws IOException {
        try (Stream<Path> files = Files.list(dataDir)) {
            List<String> there = files.map(file -> String.valueOf(file.getFileName()))
                    // A file system of its own has that one when it is new.
                    .filter(name -> !name.equals("lost+found"))
                    .sorted()
                    .toList();
            if (!there.isEmpty()) {
                throw new IOException(
                        "[data folder %s] is not empty (%s); a backup is restored into an empty folder: name another one, or move what is there"
                                .formatted(dataDir, String.join(", ", there.subList(0, Math.min(3, there.size())))));
            }
        }
    }

    /// Restores everything.
    ///
    /// @param database   an empty one
    /// @param complaints told of each blob that the backup has not got whole; the rest is restored all the same
    public Restored run(Database database, Consumer<String> complaints) throws IOException {
        new Schema(database, dataDir.resolve("backups"), clock).restoreCopy(backup.rows(), backup.name(), random);
        BlobFiles target = BlobFiles.of(dataDir.resolve("blobs"));
        target.createFolders();
        List<BlobFault> faults = new ArrayList<>();
        long[] count = new long[2];
        backup.blobList().forEach(blob -> {
            count[0]++;
            count[1] += blob.composite() ? 0 : blob.sizeBytes();
            backup.blobs().copyTo(target, blob).ifPresent(faults::add);
        });
        try (Flush flush = new Flush(target)) {
            backup.blobList().forEach(flush::add);
            flush.finish();
        }
        target.forceFolders();
        for (String name : backup.keptFiles()) {
            Durable.copy(backup.folder().resolve(name), dataDir.resolve(name));
        }
        complain(database, faults, complaints);
        Files.delete(dataDir.resolve(MARK));
        Durable.flushFolder(dataDir);
        return new Restored(count[0], count[1], faults.size());
    }

    private static void complain(Database database, List<BlobFault> faults, Consumer<String> complaints)
            throws IOException {
        try (SweepHold hold = SweepHold.take(database)) {
            faults.forEach(fault -> complaints.accept(BlobTexts.fault(hold, fault)));
        } catch (SQLException e) {
            throw new IOException("[database] it does not answer: " + e.getMessage() + "; restore again", e);
        }
    }

    /// Checks that no restore broke off in a data folder.
    ///
    /// @throws IOException if one did
    public static void requireFinished(Path dataDir) throws IOException {
        if (Files.exists(dataDir.resolve(MARK))) {
            throw new IOException(
                    "[data folder %s] a restore into it broke off or is under way; wait for it, or empty the folder and restore again"
                            .formatted(dataDir));
        }
    }
}
