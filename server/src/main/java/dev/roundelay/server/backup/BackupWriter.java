package dev.roundelay.server.backup;

import dev.roundelay.server.BuildVersion;
import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.RowSnapshot;
import dev.roundelay.server.store.SweepHold;
import dev.roundelay.storage.BlobFacts;
import dev.roundelay.storage.BlobFault;
import dev.roundelay.storage.disk.BlobFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Takes backups of a server, which may run and be under load.
public final class BackupWriter {
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(30);
    private static final int FAULTS_IN_MANIFEST = 100;

    private final Path dataDir;
    private final Database database;
    private final InstantSource clock;
    private final Consumer<String> complaints;

    /// @param complaints told of each blob that the server itself has not got whole
    public BackupWriter(Path dataDir, Database database, InstantSource clock, Consumer<String> complaints) {
        this.dataDir = dataDir;
        this.database = database;
        this.clock = clock;
        this.complaints = complaints;
    }

    /// Writes one and returns it. A blob that the newest backup of the folder has is linked to it, not copied.
    ///
    /// @throws IOException if it could not be finished; nothing that looks like a backup is there then
    public Backup write(BackupFolder folder) throws IOException {
        if (!Files.isRegularFile(dataDir.resolve(Backup.KEY))) {
            throw new IOException(
                    "[%s] has no %s, so it is no data folder of a server; name the right one with --data-dir"
                            .formatted(dataDir, Backup.KEY));
        }
        Optional<BlobFiles> former = folder.newest().map(Backup::blobs);
        Instant takenAt = clock.instant();
        Path unfinished = folder.begin(takenAt);
        try (SweepHold hold = SweepHold.take(database)) {
            RowSnapshot.Moment moment = writeRows(hold, unfinished);
            Copying copying = new Copying(hold, former, unfinished);
            copying.run();
            Durable.write(
                    unfinished.resolve(BackupManifest.FILE),
                    copying.manifest(takenAt, moment, keptFiles(unfinished)).toJson());
        } catch (SQLException e) {
            throw new IOException("[database] the rows could not be read: " + e.getMessage() + "; try again", e);
        }
        return folder.finish(unfinished);
    }

    private static RowSnapshot.Moment writeRows(SweepHold hold, Path unfinished) throws SQLException, IOException {
        try (BlobList.Writer list = new BlobList(unfinished.resolve(Backup.BLOB_LIST)).create()) {
            RowSnapshot.Moment moment = RowSnapshot.write(hold, unfinished.resolve(Backup.ROWS), list::add);
            list.finish();
            return moment;
        }
    }

    /// Copies what else a server goes on with, and returns the checksums of all files beside the blobs.
    private Map<String, String> keptFiles(Path unfinished) throws IOException {
        Map<String, String> sums = new TreeMap<>();
        for (String name : KeptFiles.in(dataDir)) {
            Durable.copy(dataDir.resolve(name), unfinished.resolve(name));
            sums.put(name, Sha256.of(unfinished.resolve(name)));
        }
        for (String name : List.of(Backup.ROWS, Backup.BLOB_LIST)) {
            sums.put(name, Sha256.of(unfinished.resolve(name)));
        }
        return sums;
    }

    /// The blobs of one backup on their way.
    private final class Copying {
        private final SweepHold hold;
        private final Optional<BlobFiles> former;
        private final BlobFiles source = BlobFiles.of(dataDir.resolve("blobs"));
        private final BlobList list;
        private final BlobFiles target;
        private final List<String> faults = new ArrayList<>();
        private Instant asked = clock.instant();
        /// Places in the list.
        private final BitSet copied = new BitSet();

        private int blobs;
        private long bytes;
        private long newBlobs;
        private long newBytes;
        private long faultCount;

        Copying(SweepHold hold, Optional<BlobFiles> former, Path unfinished) {
            this.hold = hold;
            this.former = former;
            this.list = new BlobList(unfinished.resolve(Backup.BLOB_LIST));
            this.target = BlobFiles.ownersOnly(unfinished.resolve(Backup.BLOBS));
        }

        void run() throws IOException {
            target.createFolders();
            List<BlobFault> lost = new ArrayList<>();
            list.forEach(blob -> take(blob).ifPresent(lost::add));
            flushCopies();
            target.forceFolders();
            lost.forEach(this::complain);
        }

        private Optional<BlobFault> take(BlobFacts blob) throws IOException {
            showLife();
            int place = blobs++;
            bytes += blob.composite() ? 0 : blob.sizeBytes();
            if (former.isPresent() && former.get().linkTo(target, blob)) {
                return Optional.empty();
            }
            Optional<BlobFault> fault = source.copyTo(target, blob);
            if (fault.isEmpty()) {
                copied.set(place);
                newBlobs++;
                newBytes += blob.composite() ? 0 : blob.sizeBytes();
            } else if (!hold.isIntact()) {
                throw new IOException(
                        "[backup] the connection to the database was lost while blobs were copied, so a server may have removed some; take the backup again");
            }
            return fault;
        }

        /// A connection without a word for hours is cut by many a network.
        private void showLife() {
            Instant now = clock.instant();
            if (now.isAfter(asked.plus(SIGN_OF_LIFE))) {
                asked = now;
                boolean _ = hold.isIntact();
            }
        }

        /// In a pass of its own: by now the disk has most of it. What is linked was made durable by the backup that
        /// copied it.
        private void flushCopies() throws IOException {
            int[] place = {0};
            try (Flush flush = new Flush(target)) {
                list.forEach(blob -> {
                    showLife();
                    if (copied.get(place[0]++)) {
                        flush.add(blob);
                    }
                });
                flush.finish();
            }
        }

        private void complain(BlobFault fault) {
            String text = BlobTexts.fault(hold, fault);
            complaints.accept(text);
            faultCount++;
            if (faults.size() < FAULTS_IN_MANIFEST) {
                faults.add(text);
            }
        }

        BackupManifest manifest(Instant takenAt, RowSnapshot.Moment moment, Map<String, String> sums) {
            return new BackupManifest(
                    BackupManifest.FORMAT,
                    BuildVersion.roundelay(),
                    moment.schemaVersion(),
                    takenAt,
                    moment.objects(),
                    blobs,
                    bytes,
                    newBlobs,
                    newBytes,
                    faultCount,
                    faults,
                    sums);
        }
    }
}
