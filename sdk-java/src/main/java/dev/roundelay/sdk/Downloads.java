package dev.roundelay.sdk;

import dev.roundelay.contract.files.FileListing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/// Fetches objects into files, resuming by Range and If-Range.
final class Downloads {
    private static final int ATTEMPTS = 5;
    private static final int CHUNK_BYTES = 1 << 17;

    private final Transport transport;

    Downloads(Transport transport) {
        this.transport = transport;
    }

    List<Path> fetch(String name, Path target, Files files, Progress progress) {
        Map<FileListing.Entry, Path> targets =
                name.endsWith("/") ? folder(name, target, files) : one(name, target, files);
        List<Path> written = new ArrayList<>();
        targets.forEach((entry, path) -> written.add(fetch(entry, path, progress)));
        return List.copyOf(written);
    }

    private static Map<FileListing.Entry, Path> one(String name, Path target, Files files) {
        FileListing.Entry entry = files.find(name)
                .orElseThrow(() ->
                        missing("[" + name + "] there is no such object in the bucket; a folder needs / at its end"));
        boolean into = java.nio.file.Files.isDirectory(target);
        return Map.of(entry, into ? SafePath.under(target, name.substring(name.lastIndexOf('/') + 1)) : target);
    }

    private static Map<FileListing.Entry, Path> folder(String name, Path target, Files files) {
        Map<FileListing.Entry, Path> targets = new LinkedHashMap<>();
        for (FileListing.Entry entry : files.list(name)) {
            if (!entry.key().endsWith("/")) {
                targets.put(entry, SafePath.under(target, entry.key().substring(name.length())));
            }
        }
        if (targets.isEmpty()) {
            throw missing("[" + name + "] no object has a key that begins so");
        }
        return targets;
    }

    private Path fetch(FileListing.Entry entry, Path path, Progress progress) {
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file has a parent");
        String about = entry.key() + "\n" + entry.etag() + "\n" + entry.sizeBytes();
        UUID version = UUID.nameUUIDFromBytes(about.getBytes(StandardCharsets.UTF_8));
        Path partial = folder.resolve("." + path.getFileName() + "." + version + ".part");
        try {
            java.nio.file.Files.createDirectories(folder);
            try (FileChannel sink = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                fill(sink, entry, new Counter(entry.key(), entry.sizeBytes(), progress));
            }
            java.nio.file.Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new ValidationException(Facts.local(
                    "invalid_request",
                    "[" + path + "] cannot be written: " + e.getMessage() + "; check the folder and its free space",
                    e));
        }
        return path;
    }

    private void fill(FileChannel sink, FileListing.Entry entry, Counter counter) throws IOException {
        int withoutProgress = 0;
        if (sink.size() > entry.sizeBytes()) {
            sink.truncate(0);
        }
        sink.position(sink.size());
        counter.set(sink.position());
        while (sink.position() < entry.sizeBytes()) {
            long before = sink.position();
            try {
                append(sink, entry, counter);
            } catch (ConnectionException e) {
                withoutProgress = sink.position() > before ? 0 : withoutProgress + 1;
                if (withoutProgress == ATTEMPTS || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    private void append(FileChannel sink, FileListing.Entry entry, Counter counter) throws IOException {
        long have = sink.position();
        Call call = Call.of("GET", "/files/content").query("key", entry.key()).with("Accept-Encoding", "identity");
        if (have > 0) {
            call = call.with("Range", "bytes=" + have + "-").with("If-Range", "\"" + entry.etag() + "\"");
        }
        try (ByteRange range = transport.open(call)) {
            if (range.etag() != null && !range.etag().equals(entry.etag())) {
                throw new ConflictException(Facts.local(
                        "source_changed",
                        "[" + entry.key() + "] was written anew while it was fetched; download it again"));
            }
            if (have > 0 && range.status() != 206) {
                sink.truncate(0);
                sink.position(0);
                counter.set(0);
            }
            copy(range.body(), sink, call, entry, counter);
        }
    }

    private static void copy(InputStream body, FileChannel sink, Call call, FileListing.Entry entry, Counter counter)
            throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        while (true) {
            int read;
            try {
                read = body.read(chunk);
            } catch (IOException e) {
                throw Transport.disconnected(call, entry.key(), e);
            }
            if (read < 0) {
                break;
            }
            ByteBuffer buffer = ByteBuffer.wrap(chunk, 0, read);
            while (buffer.hasRemaining()) {
                sink.write(buffer);
            }
            counter.add(read);
        }
        if (sink.position() > entry.sizeBytes()) {
            throw new ServerException(Facts.local(
                    "server_error",
                    "[" + entry.key() + "] the server sent more than the object's " + entry.sizeBytes() + " bytes"));
        }
        if (sink.position() < entry.sizeBytes()) {
            throw Transport.disconnected(
                    call, entry.key(), new IOException("the connection was cut at " + sink.position() + " bytes"));
        }
    }

    private static NotFoundException missing(String message) {
        return new NotFoundException(Facts.local("not_found", message));
    }
}
