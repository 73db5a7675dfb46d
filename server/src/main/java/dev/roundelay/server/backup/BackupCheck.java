package dev.roundelay.server.backup;

import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.Schema;
import dev.roundelay.storage.BlobFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Checks a backup: its rows load, and fit its bytes.
public final class BackupCheck {
    private final Backup backup;
    private final InstantSource clock;
    private final Consumer<String> faults;
    private final Verification verification;

    /// @param faults told of each fault: what, and what to do
    public BackupCheck(Backup backup, InstantSource clock, Consumer<String> faults) {
        this.backup = backup;
        this.clock = clock;
        this.faults = faults;
        this.verification = new Verification(backup.blobs(), Duration.ZERO, clock, faults);
    }

    /// Checks the files beside the blobs; if they are damaged there is nothing to load.
    public boolean filesAreWhole() throws IOException {
        var damaged = backup.damagedFiles();
        damaged.forEach(faults);
        return damaged.isEmpty();
    }

    /// Loads the rows and checks everything.
    ///
    /// @param scratch an empty database
    /// @param folder  for what is too large for memory; the caller removes it
    public Verification.Result run(Database scratch, Path folder) throws IOException {
        new Schema(scratch, folder, clock).restoreInto(backup.rows());
        Path list = folder.resolve("rows-" + Backup.BLOB_LIST);
        Verification.Result result = verification.run(scratch, list);
        return sameBlobs(new BlobList(list)) ? result : differing(result);
    }

    private boolean sameBlobs(BlobList ofRows) throws IOException {
        try (BlobList.Cursor rows = ofRows.open();
                BlobList.Cursor listed = backup.blobList().open()) {
            while (true) {
                @Nullable BlobFacts row = rows.next();
                if (!Objects.equals(row, listed.next())) {
                    return false;
                }
                if (row == null) {
                    return true;
                }
            }
        }
    }

    private Verification.Result differing(Verification.Result result) {
        faults.accept("[%s] its %s lists other blobs than its rows name; use another backup, and report it"
                .formatted(backup.folder(), Backup.BLOB_LIST));
        return new Verification.Result(
                result.objects(), result.blobs(), result.bytes(), result.garbage(), result.faults() + 1);
    }
}
