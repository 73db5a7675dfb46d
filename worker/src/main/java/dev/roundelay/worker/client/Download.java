package dev.roundelay.worker.client;

import dev.roundelay.contract.worker.WorkerHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Fetches one file by GET until it is whole: resumed after a cut, checked, then moved to its place at once.
/// Used by one thread, once.
final class Download {
    private static final Duration STALL = Duration.ofSeconds(30);
    private static final int DAMAGED_AT_MOST = 3;

    private final Calls calls;
    private final Backoff backoff;
    private final @Nullable Handover handover;
    private final Requests requests;
    private final String below;
    private final Path target;
    private final Path part;
    private @Nullable String etag;
    private @Nullable String crc;
    private int failures;
    private int damaged;

    Download(Wire wire, Requests requests, String below, Path target) {
        this.calls = wire.calls();
        this.backoff = wire.backoff();
        this.handover = wire.handover();
        this.requests = requests;
        this.below = below;
        this.target = target;
        this.part = target.resolveSibling(target.getFileName() + ".part");
    }

    /// Fetches a file of the job's snapshot.
    ///
    /// @param sha256 empty if not known
    /// @throws RefusedException        if the server refuses
    /// @throws TransferFailedException if it arrives damaged each time
    void input(long sizeBytes, String sha256) throws IOException, RefusedException, InterruptedException {
        Files.deleteIfExists(part);
        while (true) {
            fetch(sizeBytes, true);
            if (Files.size(part) == sizeBytes && (sha256.isEmpty() || sha256.equals(Checksums.sha256(part)))) {
                break;
            }
            countDamage("size " + Files.size(part) + ", expected " + sizeBytes + " bytes with SHA-256 " + sha256);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Fetches a global model.
    ///
    /// @throws RefusedException        if the server refuses
    /// @throws TransferFailedException if it arrives damaged each time
    void model() throws IOException, RefusedException, InterruptedException {
        Files.deleteIfExists(part);
        if (handover != null && byLink(handover)) {
            return;
        }
        fetchWhole();
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Fetches a file that may not be there.
    ///
    /// @return whether it is
    /// @throws RefusedException        if the server refuses
    /// @throws TransferFailedException if it arrives damaged each time
    boolean ifAny() throws IOException, RefusedException, InterruptedException {
        Files.deleteIfExists(part);
        fetchWhole();
        if (Files.size(part) == 0) {
            Files.delete(part);
            return false;
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private void fetchWhole() throws IOException, RefusedException, InterruptedException {
        while (true) {
            fetch(Long.MAX_VALUE, false);
            if (crc == null || crc.equals(Checksums.crc32c(part))) {
                return;
            }
            countDamage("CRC-32C is not " + crc);
        }
    }

    private boolean byLink(Handover folder) throws IOException, RefusedException, InterruptedException {
        String name = folder.newName();
        Answer answer = calls.untilAnswered(server -> {
            FileHandler file = new FileHandler(0, Long.MAX_VALUE);
            return file.exchange(requests.to(server, below).header(WorkerHeaders.LINK, name));
        });
        requireGood(answer);
        if (answer.status() != 204) {
            return finishedByBytes(answer);
        }
        folder.take(name, target);
        return true;
    }

    /// A server without a common folder has sent the bytes: they are used if they are whole.
    private boolean finishedByBytes(Answer answer) throws IOException {
        String sum = answer.header(WorkerHeaders.CRC32C);
        if (sum != null && !sum.equals(Checksums.crc32c(part))) {
            Files.deleteIfExists(part);
            return false;
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private void fetch(long limit, boolean immutable) throws IOException, RefusedException, InterruptedException {
        while (true) {
            long have = Files.exists(part) ? Files.size(part) : 0;
            long offset = immutable || etag != null ? have : 0;
            try {
                if (tryFetch(offset, limit)) {
                    return;
                }
            } catch (NoAnswerException _) {
                backoff.await(++failures, Duration.ZERO);
            }
        }
    }

    private boolean tryFetch(long offset, long limit) throws IOException, RefusedException, InterruptedException {
        Answer answer = calls.tryOnce(server -> {
            HttpRequest.Builder request = requests.to(server, below);
            if (offset > 0) {
                request.header("Range", "bytes=" + offset + "-");
                if (etag != null) {
                    request.header("If-Range", etag);
                }
            }
            return new FileHandler(offset, limit).exchange(request);
        });
        if (answer.status() == 416) {
            // What is here is no beginning of what is there: start again.
            Files.deleteIfExists(part);
            backoff.await(++failures, Duration.ZERO);
            return false;
        }
        requireGood(answer);
        return true;
    }

    private static void requireGood(Answer answer) throws RefusedException {
        if (!answer.isGood()) {
            throw new RefusedException(answer.status(), answer.problem());
        }
    }

    private void countDamage(String what) throws IOException {
        Files.deleteIfExists(part);
        damaged++;
        if (damaged == DAMAGED_AT_MOST) {
            throw new TransferFailedException(
                    "[" + below + "] arrived damaged " + damaged + " times: " + what + "; upload it again");
        }
    }

    /// One exchange that writes to the part file and remembers what the headers say even if the body breaks off.
    private final class FileHandler {
        private final long offset;
        private final long limit;

        FileHandler(long offset, long limit) {
            this.offset = offset;
            this.limit = limit;
        }

        Answer exchange(HttpRequest.Builder request) throws IOException, InterruptedException {
            Progress progress = new Progress();
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                BodyHandler<byte[]> plain = FileBodies.into(channel, offset, limit, progress);
                BodyHandler<byte[]> remembering = info -> {
                    if (info.statusCode() == 200) {
                        etag = info.headers().firstValue("ETag").orElse(null);
                        crc = info.headers().firstValue(WorkerHeaders.CRC32C).orElse(null);
                        truncate(channel);
                    }
                    return plain.apply(info);
                };
                return calls.transport().exchange(request.build(), remembering, progress, STALL);
            }
        }

        private void truncate(FileChannel channel) {
            try {
                channel.truncate(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
