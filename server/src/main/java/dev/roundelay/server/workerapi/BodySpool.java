package dev.roundelay.server.workerapi;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.kernel.assignment.AssignmentId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Receives the bodies that workers send, and keeps what arrived of a broken one so that the rest can follow.
///
/// A body is known by its assignment, what it is for, and its checksum: a resumed transfer of other bytes
/// starts from nothing. Files here are scratch: no fsync, and whatever lies here at a start is removed.
public final class BodySpool {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path folder;
    private final Handover handover;
    private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    /// @param folder   scratch folder, on the file system of spool and blobs
    /// @param handover where workers of this machine put files
    public BodySpool(Path folder, Handover handover) {
        this.folder = folder;
        this.handover = handover;
    }

    /// Empties the folder, as at the start of a server.
    public void start() throws IOException {
        Files.createDirectories(folder);
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// Removes what nobody has added to since an instant: bodies whose senders are gone.
    public void sweep(Instant before) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                        Files.deleteIfExists(file);
                    }
                } catch (NoSuchFileException e) {
                    // Finished meanwhile.
                }
            }
        }
    }

    /// What a body is.
    ///
    /// @param purpose `update-3`, `model-0`, `file-3-name`
    /// @param crc32c  8 lower-case hex digits
    public record Body(AssignmentId assignment, String purpose, String crc32c) {
        String fileName() {
            return assignment.value() + "-" + Integer.toHexString(purpose.hashCode()) + "-" + purpose.length() + "-"
                    + crc32c;
        }
    }

    /// Where in the whole the bytes of one request lie.
    ///
    /// @param first offset of the first byte
    /// @param total size of the whole
    public record Range(long first, long total) {}

    /// Returns how many leading bytes of a body are held.
    public long held(Body body) throws IOException {
        try {
            return Files.size(file(body));
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /// Appends the bytes of a request and returns the finished file once the whole is there and its checksum is
    /// right. The caller owns the file and moves or deletes it.
    ///
    /// @param maxBytes largest whole that is taken
    /// @throws WorkerCallException `range_not_satisfiable`, `too_large`, `checksum_mismatch`, or
    ///     `upload_incomplete` when the request ended before the whole was there
    public Path receive(Body body, InputStream in, Range range, long maxBytes) throws IOException {
        if (range.total() > maxBytes) {
            throw new WorkerCallException(
                    ErrorCode.TOO_LARGE,
                    "[%s] %d bytes are more than the %d that are taken; send less"
                            .formatted(body.purpose(), range.total(), maxBytes));
        }
        ReentrantLock lock = locks.computeIfAbsent(body.fileName(), _ -> new ReentrantLock());
        if (!lock.tryLock()) {
            // The broken connection's request has not noticed yet that it is over.
            throw new WorkerCallException(
                    ErrorCode.TOO_MANY_REQUESTS,
                    "[%s] another request is still sending this body; try again".formatted(body.purpose()));
        }
        try {
            append(body, in, range);
            return finished(body, range.total());
        } finally {
            lock.unlock();
            locks.remove(body.fileName(), lock);
        }
    }

    private void append(Body body, InputStream in, Range range) throws IOException {
        long held = held(body);
        if (range.first() == 0) {
            Files.deleteIfExists(file(body));
        } else if (range.first() != held) {
            throw new WorkerCallException(
                    ErrorCode.RANGE_NOT_SATISFIABLE,
                    "[%s] the range begins at %d, but %d bytes are held; ask HEAD and go on from there"
                            .formatted(body.purpose(), range.first(), held));
        }
        try (FileChannel out = FileChannel.open(file(body), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            ByteBuffer view = ByteBuffer.wrap(buffer);
            long at = range.first();
            while (at < range.total()) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, range.total() - at));
                if (count < 0) {
                    break;
                }
                view.limit(count).position(0);
                while (view.hasRemaining()) {
                    out.write(view);
                }
                at += count;
            }
        }
    }

    private Path finished(Body body, long total) throws IOException {
        long held = held(body);
        if (held < total) {
            throw new WorkerCallException(
                    ErrorCode.UPLOAD_INCOMPLETE,
                    "[%s] %d of %d bytes have arrived; ask HEAD and send the rest"
                            .formatted(body.purpose(), held, total));
        }
        return checked(body, file(body));
    }

    /// Takes a file that a worker of this machine has linked into its hand-over folder.
    ///
    /// @throws WorkerCallException `precondition_failed` if it is not there: the worker then sends the bytes
    public Path takeLinked(Body body, String worker, String name) throws IOException {
        Path target = folder.resolve(body.fileName() + "-linked");
        if (!handover.take(worker, name, target)) {
            throw new WorkerCallException(
                    ErrorCode.PRECONDITION_FAILED, "[link] there is no file %s here; send the bytes".formatted(name));
        }
        if (!Files.isRegularFile(target, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(target);
            throw new WorkerCallException(
                    ErrorCode.PRECONDITION_FAILED, "[link] " + name + " is no file; send the bytes");
        }
        return checked(body, target);
    }

    private static Path checked(Body body, Path file) throws IOException {
        String found = crc32c(file);
        if (!found.equals(body.crc32c())) {
            Files.deleteIfExists(file);
            throw new WorkerCallException(
                    ErrorCode.CHECKSUM_MISMATCH,
                    "[%s] CRC-32C is %s, announced was %s; send the bytes again"
                            .formatted(body.purpose(), found, body.crc32c()));
        }
        return file;
    }

    /// Returns the CRC-32C of a file as 8 hex digits.
    static String crc32c(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            while (in.read(buffer) >= 0) {
                crc.update(buffer.flip());
                buffer.clear();
            }
        }
        return "%08x".formatted(crc.getValue());
    }

    private Path file(Body body) {
        return folder.resolve(body.fileName());
    }

    /// Parses `Content-Range: bytes FIRST-LAST/TOTAL` or `bytes */TOTAL`; without the header the body is the
    /// whole.
    ///
    /// @param held what is held, for the form that sends nothing more
    static Range range(@Nullable String header, long contentLength, long held) {
        if (header == null) {
            return new Range(0, contentLength);
        }
        var parsed = Pattern.compile("bytes (?:(\\d{1,15})-\\d{1,15}|\\*)/(\\d{1,15})")
                .matcher(header);
        if (!parsed.matches()) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_REQUEST,
                    "[Content-Range] \"%s\" is not understood; send bytes FIRST-LAST/TOTAL".formatted(header));
        }
        String first = parsed.group(1);
        return new Range(first == null ? held : Long.parseLong(first), Long.parseLong(parsed.group(2)));
    }
}
