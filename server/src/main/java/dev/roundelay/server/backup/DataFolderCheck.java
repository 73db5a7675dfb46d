package dev.roundelay.server.backup;

import dev.roundelay.server.store.Database;
import dev.roundelay.storage.BlobSweeper;
import dev.roundelay.storage.disk.BlobFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

/// Checks what a server has stored; it may run.
public final class DataFolderCheck {
    /// What the sweep leaves alone may be there for as long, and until its next turns.
    private static final Duration ORPHAN_GRACE = BlobSweeper.ORPHAN_GRACE.plusHours(1);

    private final Path dataDir;
    private final Verification verification;

    /// @param faults told of each fault: what, and what to do
    public DataFolderCheck(Path dataDir, InstantSource clock, Consumer<String> faults) {
        this.dataDir = dataDir;
        this.verification = new Verification(BlobFiles.of(dataDir.resolve(Backup.BLOBS)), ORPHAN_GRACE, clock, faults);
    }

    /// Checks everything.
    ///
    /// @param folder for what is too large for memory; the caller removes it
    public Verification.Result run(Database database, Path folder) throws IOException {
        Restore.requireFinished(dataDir);
        Path key = dataDir.resolve(Backup.KEY);
        if (!Files.isRegularFile(key) || !Files.readString(key).strip().matches("[0-9a-f]{64}")) {
            verification.fault(
                    "[%s] it is missing or damaged, so no key of a bucket works; copy it from a backup before the server starts"
                            .formatted(key));
        }
        return verification.run(database, folder.resolve(Backup.BLOB_LIST));
    }
}
