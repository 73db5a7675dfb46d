package dev.roundelay.sdk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Remembers open uploads of files, so that a later call goes on with them, also in another process. A folder that
/// cannot
/// be written only means no resume later.
final class UploadNotes {
    private final Path folder;
    private final String url;

    UploadNotes(Path folder, String url) {
        this.folder = folder;
        this.url = url;
    }

    /// Returns the note for sending that source to that key; a text is too short to need one.
    Note of(String key, Source source) {
        if (!(source instanceof Source.OfFile file)) {
            return new Note(folder, null);
        }
        try {
            Path real = file.path().toRealPath();
            String about = String.join(
                    "\n",
                    url,
                    key,
                    real.toString(),
                    Long.toString(file.sizeBytes()),
                    Files.getLastModifiedTime(real).toString());
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(about.getBytes(StandardCharsets.UTF_8));
            return new Note(folder, folder.resolve("java-" + HexFormat.of().formatHex(digest, 0, 16)));
        } catch (IOException | NoSuchAlgorithmException _) {
            return new Note(folder, null);
        }
    }

    /// Where the id of one open upload is written down.
    record Note(Path folder, @Nullable Path path) {
        Optional<String> read() {
            try {
                return path == null
                        ? Optional.empty()
                        : Optional.of(Files.readString(path).strip()).filter(id -> !id.isEmpty());
            } catch (IOException _) {
                return Optional.empty();
            }
        }

        void write(String id) {
            if (path == null) {
                return;
            }
            try {
                Files.createDirectories(folder);
                Files.writeString(path, id);
            } catch (IOException _) {
                erase();
            }
        }

        void erase() {
            if (path == null) {
                return;
            }
            try {
                Files.deleteIfExists(path);
            } catch (IOException _) {
                // A stale note costs one request: the server does not know the upload any more.
                return;
            }
        }
    }
}
