package dev.roundelay.server.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What a backup says of itself.
///
/// @param format        of the folder; a release refuses higher ones
/// @param release       that wrote it
/// @param schemaVersion version of the tables
/// @param takenAt       moment of the rows
/// @param objects       number of objects in buckets
/// @param blobs         number of blobs that the rows name
/// @param blobBytes     their size
/// @param newBlobs      how many of them no older backup of the folder had
/// @param newBytes      the size of those
/// @param faultCount    how many blobs the server itself had not got whole any more
/// @param faults        the first of those, in words
/// @param sha256        checksum of each other file but the blobs, whose are in `blobs.txt`
public record BackupManifest(
        int format,
        String release,
        String schemaVersion,
        Instant takenAt,
        long objects,
        long blobs,
        long blobBytes,
        long newBlobs,
        long newBytes,
        long faultCount,
        List<String> faults,
        Map<String, String> sha256) {
    static final String FILE = "backup.json";
    static final int FORMAT = 1;

    public BackupManifest {
        faults = List.copyOf(faults);
        sha256 = Map.copyOf(sha256);
    }

    /// Returns whether the server had every blob whole when it was taken.
    public boolean isSound() {
        return faultCount == 0;
    }

    static BackupManifest read(Path folder) throws IOException {
        try {
            return Json.lenient().readValue(Files.readString(folder.resolve(FILE)), BackupManifest.class);
        } catch (NoSuchFileException _) {
            throw new IOException(
                    "[%s] is no whole backup: it has no %s; name a folder backup-… that `roundelay backup` has made"
                            .formatted(folder, FILE));
        } catch (JsonProcessingException e) {
            throw new IOException("[%s] its %s is damaged; use another backup".formatted(folder, FILE), e);
        }
    }

    String toJson() {
        try {
            return Json.strict().writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and texts must be writable", e);
        }
    }
}
