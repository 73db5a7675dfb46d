package dev.roundelay.sdk;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.roundelay.contract.files.FileListing;
import dev.roundelay.contract.files.Uploads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Sends objects in parts over the REST API, so that no S3 key and no second port is needed.
///
/// A cut connection costs the parts that were under way: those that the server holds are not sent again, also
/// not by a
/// later call for the same file.
final class PartUploads {
    private static final int PARTS_AT_ONCE = 4;
    private static final int STARTS = 3;

    private final Transport transport;
    private final UploadNotes notes;

    PartUploads(Transport transport, UploadNotes notes) {
        this.transport = transport;
        this.notes = notes;
    }

    /// Stores the bytes of `source` at `key`, which appears whole or not at all; does nothing if they are there
    /// already.
    ///
    /// @param stored what lies at `key` now
    void send(String key, Source source, FileListing.@Nullable Entry stored, Progress progress) {
        Counter counter = new Counter(key, source.sizeBytes(), progress);
        if (Etags.isUnchanged(source, stored)) {
            counter.set(source.sizeBytes());
            return;
        }
        UploadNotes.Note note = notes.of(key, source);
        for (int start = 1; ; start++) {
            Uploads.View upload = open(note).orElseGet(() -> begin(key, source));
            // Only the server knows the size of its parts, and so the ETag that these bytes would have there.
            if (Etags.isUnchanged(source, stored, upload.partSizeBytes())) {
                drop(upload, note);
                counter.set(source.sizeBytes());
                return;
            }
            note.write(upload.id());
            try {
                sendParts(upload, source, counter);
                complete(upload, source);
                note.erase();
                return;
            } catch (NotFoundException e) {
                // The server forgot the upload (it was swept, or the data folder is new): begin again.
                note.erase();
                if (start == STARTS) {
                    throw e;
                }
            } catch (ConnectionException | ServerException e) {
                // Nobody is there to be told; the upload stays open for the next call.
                throw e;
            } catch (RoundelayException e) {
                drop(upload, note);
                throw e;
            }
        }
    }

    private Uploads.View begin(String key, Source source) {
        Uploads.Begin body = new Uploads.Begin(key, source.sizeBytes(), contentType(key));
        return transport.json(Transport.withJson(Call.of("POST", "/uploads"), body), new TypeReference<>() {});
    }

    private Optional<Uploads.View> open(UploadNotes.Note note) {
        Optional<String> id = note.read();
        if (id.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(held(id.get()));
        } catch (NotFoundException _) {
            note.erase();
            return Optional.empty();
        }
    }

    private Uploads.View held(String id) {
        return transport.json(Call.of("GET", path(id)), new TypeReference<>() {});
    }

    private void sendParts(Uploads.View upload, Source source, Counter counter) {
        List<Integer> missing = missing(upload, source);
        for (int start = 0; start < STARTS && !missing.isEmpty(); start++) {
            counter.set(source.sizeBytes()
                    - missing.stream()
                            .mapToLong(number -> length(upload, number))
                            .sum());
            sendAll(upload, source, missing, counter);
            missing = missing(held(upload.id()), source);
        }
        if (!missing.isEmpty()) {
            throw new ConflictException(Facts.local(
                    "upload_incomplete",
                    "[" + upload.key() + "] the server keeps losing parts of the upload; look at its log"));
        }
        counter.set(source.sizeBytes());
    }

    private void sendAll(Uploads.View upload, Source source, List<Integer> numbers, Counter counter) {
        ExecutorService pool = Executors.newFixedThreadPool(
                Math.min(PARTS_AT_ONCE, numbers.size()), Thread.ofVirtual().factory());
        try {
            CompletionService<Integer> sent = new ExecutorCompletionService<>(pool);
            for (int number : numbers) {
                var unused = sent.submit(() -> sendPart(upload, source, number, counter), number);
            }
            for (int done = 0; done < numbers.size(); done++) {
                var unused = sent.take().get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectionException(Facts.local("interrupted", "the upload was interrupted", e));
        } finally {
            // An error must not wait for the other parts, which may take minutes on a slow line.
            pool.shutdownNow();
            pool.close();
        }
    }

    private void sendPart(Uploads.View upload, Source source, int number, Counter counter) {
        long offset = (number - 1) * upload.partSizeBytes();
        long length = length(upload, number);
        transport.send(Call.of("PUT", path(upload.id()) + "/parts/" + number)
                .body("application/octet-stream", () -> PartBody.publisher(source, offset, length, counter)));
    }

    private void complete(Uploads.View upload, Source source) {
        for (int attempt = 1; ; attempt++) {
            try {
                transport.send(Call.of("POST", path(upload.id()) + "/complete"));
                return;
            } catch (ConnectionException | ServerException e) {
                // The answer may be lost, not the request: then the object is there, and the upload is gone.
                Optional<FileListing.Entry> stored = Files.find(transport, upload.key());
                if (Etags.isUnchanged(source, stored.orElse(null), upload.partSizeBytes())) {
                    return;
                }
                if (attempt == STARTS) {
                    throw e;
                }
            }
        }
    }

    private void drop(Uploads.View upload, UploadNotes.Note note) {
        note.erase();
        try {
            transport.send(Call.of("DELETE", path(upload.id())));
        } catch (RoundelayException _) {
            // The failure that led here is the one to show; the server sweeps open uploads by itself.
            return;
        }
    }

    private static List<Integer> missing(Uploads.View upload, Source source) {
        Map<Integer, Uploads.Part> held = new HashMap<>();
        upload.held().forEach(part -> held.put(part.number(), part));
        List<Integer> missing = new ArrayList<>();
        for (int number = 1; number <= upload.parts(); number++) {
            Uploads.Part part = held.get(number);
            if (part == null || !holds(upload, part, source)) {
                missing.add(number);
            }
        }
        return missing;
    }

    // A part counts only if it has the bytes that the source has now: the file may have changed since it was sent.
    private static boolean holds(Uploads.View upload, Uploads.Part part, Source source) {
        long length = length(upload, part.number());
        String etag = part.etag().replace("\"", "");
        return part.sizeBytes() == length
                && (etag.length() != 32
                        || etag.equals(Etags.md5(source, (part.number() - 1) * upload.partSizeBytes(), length)));
    }

    private static long length(Uploads.View upload, int number) {
        return Math.min(upload.partSizeBytes(), upload.sizeBytes() - (number - 1) * upload.partSizeBytes());
    }

    private static String path(String id) {
        return "/uploads/" + Roundelay.segment(id);
    }

    private static String contentType(String key) {
        return switch (key.substring(key.lastIndexOf('.') + 1)) {
            case "py" -> "text/x-python";
            case "txt" -> "text/plain";
            case "zip" -> "application/zip";
            default -> "application/octet-stream";
        };
    }
}
