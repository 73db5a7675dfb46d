package dev.roundelay.server.backup;

import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.RowSnapshot;
import dev.roundelay.server.store.SweepHold;
import dev.roundelay.storage.BlobFacts;
import dev.roundelay.storage.BlobFault;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.disk.BlobFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Checks rows against bytes: each blob that a row names is there, byte for byte, and nothing else is. The server may
/// run: what is checked is one moment, whose blobs are held.
public final class Verification {
    private final BlobFiles files;
    private final Duration orphanGrace;
    private final InstantSource clock;
    private final Consumer<String> faults;
    private long faultCount;

    /// @param orphanGrace how long bytes may be there without a row
    /// @param faults      told of each fault: what, and what to do
    public Verification(BlobFiles files, Duration orphanGrace, InstantSource clock, Consumer<String> faults) {
        this.files = files;
        this.orphanGrace = orphanGrace;
        this.clock = clock;
        this.faults = faults;
    }

    /// What was looked at.
    ///
    /// @param garbage blobs that wait for the sweep
    /// @param faults  how many
    public record Result(long objects, long blobs, long bytes, long garbage, long faults) {}

    /// Tells of a fault that was found elsewhere.
    public void fault(String text) {
        faultCount++;
        faults.accept(text);
    }

    /// Checks everything.
    ///
    /// @param list a path at which nothing lies; the list of blobs is kept there, and left
    public Result run(Database database, Path list) throws IOException {
        BlobList blobs = new BlobList(list);
        try (SweepHold hold = SweepHold.take(database)) {
            List<String> rowFaults = new ArrayList<>();
            RowSnapshot.Moment moment;
            try (BlobList.Writer writer = blobs.create()) {
                moment = RowSnapshot.check(hold, rowFaults, writer::add);
            }
            rowFaults.forEach(this::fault);
            Bytes bytes = new Bytes(hold);
            bytes.check(blobs);
            return new Result(moment.objects(), bytes.blobs, bytes.bytes, RowSnapshot.garbage(hold), faultCount);
        } catch (SQLException e) {
            throw new IOException("[database] the rows could not be read: " + e.getMessage() + "; try again", e);
        }
    }

    /// The blobs of the moment against the files, one folder after the other, so that memory holds the ids of one.
    private final class Bytes {
        private final SweepHold hold;
        private long blobs;
        private long bytes;

        Bytes(SweepHold hold) {
            this.hold = hold;
        }

        void check(BlobList list) throws IOException, SQLException {
            try (BlobList.Cursor cursor = list.open()) {
                @Nullable BlobFacts next = cursor.next();
                for (int folder = 0; folder < BlobFiles.FOLDERS; folder++) {
                    String prefix = "%02x".formatted(folder);
                    Set<BlobId> named = new HashSet<>();
                    while (next != null && next.id().value().startsWith(prefix)) {
                        named.add(next.id());
                        check(next);
                        next = cursor.next();
                    }
                    checkOrphans(folder, named);
                }
            }
        }

        private void check(BlobFacts blob) throws IOException, SQLException {
            blobs++;
            bytes += blob.composite() ? 0 : blob.sizeBytes();
            Optional<BlobFault> fault = files.check(blob);
            if (fault.isEmpty() && blob.composite()) {
                fault = checkParts(blob);
            }
            if (fault.isPresent()) {
                requireHold();
                fault(BlobTexts.fault(hold, fault.get()));
            }
        }

        private Optional<BlobFault> checkParts(BlobFacts composite) throws IOException, SQLException {
            List<BlobId> rows = RowSnapshot.parts(hold, composite.id());
            return rows.isEmpty() || rows.equals(files.parts(composite.id()))
                    ? Optional.empty()
                    : Optional.of(new BlobFault(composite.id(), "lists other parts than its rows"));
        }

        private void checkOrphans(int folder, Set<BlobId> named) throws IOException, SQLException {
            Instant old = clock.instant().minus(orphanGrace);
            List<BlobId> suspects = new ArrayList<>();
            files.forEach(folder, (blob, written) -> {
                if (!written.isAfter(old) && !named.contains(blob)) {
                    suspects.add(blob);
                }
            });
            for (BlobId orphan : suspects.isEmpty() ? suspects : RowSnapshot.unknown(hold, suspects)) {
                fault(
                        ("[blob %s] no row names its file, which takes room only; a running server removes such within minutes: "
                                        + "start it, and if this stays, look for \"sweeping blobs\" in its log")
                                .formatted(orphan));
            }
        }

        private void requireHold() throws IOException {
            if (!hold.isIntact()) {
                throw new IOException(
                        "[verify] the connection to the database was lost, so a server may have removed blobs meanwhile; run it again");
            }
        }
    }
}
