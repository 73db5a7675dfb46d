package dev.roundelay.server.backup;

import dev.roundelay.server.store.Schema;
import dev.roundelay.storage.disk.BlobFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A whole backup.
public final class Backup {
    static final String ROWS = "rows.zip";
    static final String BLOB_LIST = "blobs.txt";
    static final String BLOBS = "blobs";
    static final String KEY = "server.key";

    private final Path folder;
    private final BackupManifest manifest;

    private Backup(Path folder, BackupManifest manifest) {
        this.folder = folder;
        this.manifest = manifest;
    }

    /// Opens one; its bytes are not looked at.
    ///
    /// @throws IOException if it is none, or of a newer release
    public static Backup open(Path folder) throws IOException {
        BackupManifest manifest = BackupManifest.read(folder);
        if (manifest.format() > BackupManifest.FORMAT) {
            throw new IOException(
                    "[%s] was written by release %s in a newer form (%d, this release knows %d); use that release, or a newer one"
                            .formatted(folder, manifest.release(), manifest.format(), BackupManifest.FORMAT));
        }
        Schema.requireKnown(folder, manifest.schemaVersion());
        return new Backup(folder, manifest);
    }

    public Path folder() {
        return folder;
    }

    public BackupManifest manifest() {
        return manifest;
    }

    /// Returns its name.
    public String name() {
        return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    }

    Path rows() {
        return folder.resolve(ROWS);
    }

    BlobFiles blobs() {
        return BlobFiles.ownersOnly(folder.resolve(BLOBS));
    }

    BlobList blobList() {
        return new BlobList(folder.resolve(BLOB_LIST));
    }

    /// Returns the names of the small files that it keeps of the data folder.
    List<String> keptFiles() {
        return manifest.sha256().keySet().stream()
                .filter(KeptFiles::isKept)
                .sorted()
                .toList();
    }

    /// Returns what is wrong with its files beside the blobs, a line for each.
    List<String> damagedFiles() throws IOException {
        List<String> damaged = new ArrayList<>();
        for (Map.Entry<String, String> file : new TreeMap<>(manifest.sha256()).entrySet()) {
            Path path = folder.resolve(file.getKey());
            if (!Files.exists(path)) {
                damaged.add("[%s] is missing; use another backup".formatted(path));
            } else if (!Sha256.of(path).equals(file.getValue())) {
                damaged.add("[%s] has other bytes than were written; use another backup".formatted(path));
            }
        }
        return damaged;
    }

    /// Returns the backup in a folder, if there is a readable one.
    static Optional<Backup> find(Path folder) {
        try {
            return Optional.of(new Backup(folder, BackupManifest.read(folder)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
