package dev.roundelay.worker.client;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.WorkerHeaders;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Sends one file by PUT until it is answered: resumed after a cut, sent again after damage, by hard link where
/// possible.
/// Used by one thread, once.
final class Upload {
    private static final long RESUMABLE = 1 << 20;
    private static final Duration STALL = Duration.ofSeconds(30);
    private static final int DAMAGED_AT_MOST = 5;

    private final Calls calls;
    private final Backoff backoff;
    private final Requests requests;
    private final @Nullable Handover handover;
    private final String below;
    private final Path file;
    private final String crc;
    private int failures;
    private int damaged;

    Upload(Wire wire, Requests requests, String below, Path file, String crc) {
        this.calls = wire.calls();
        this.backoff = wire.backoff();
        this.handover = wire.handover();
        this.requests = requests;
        this.below = below;
        this.file = file;
        this.crc = crc;
    }

    /// Returns the final answer, good or a refusal.
    ///
    /// @throws TransferFailedException if the server kept on receiving other bytes than were sent
    /// @throws IOException             if the file cannot be read
    Answer send() throws IOException, InterruptedException {
        Optional<Answer> byLink = handover == null ? Optional.empty() : sendLink(handover);
        if (byLink.isPresent()) {
            return byLink.get();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return sendBytes(channel);
        }
    }

    private Optional<Answer> sendLink(Handover folder) throws IOException, InterruptedException {
        while (true) {
            Optional<String> name = folder.tryLink(file);
            if (name.isEmpty()) {
                return Optional.empty();
            }
            try {
                Answer answer = calls.tryOnce(server -> exchange(
                        requests.to(server, below)
                                .header(WorkerHeaders.CRC32C, crc)
                                .header(WorkerHeaders.LINK, name.get())
                                .PUT(HttpRequest.BodyPublishers.noBody()),
                        new Progress()));
                return isRefusedLink(answer) ? Optional.empty() : Optional.of(answer);
            } catch (NoAnswerException _) {
                backoff.await(++failures, Duration.ZERO);
            } finally {
                folder.withdraw(name.get());
            }
        }
    }

    private static boolean isRefusedLink(Answer answer) {
        return answer.status() == 412 || isDamage(answer);
    }

    private Answer sendBytes(FileChannel channel) throws IOException, InterruptedException {
        long size = channel.size();
        long from = 0;
        while (true) {
            try {
                Answer answer = put(channel, from, size);
                if (isDamage(answer)) {
                    countDamage(answer);
                    from = 0;
                } else if (answer.status() == 416) {
                    backoff.await(++failures, Duration.ZERO);
                    from = held(size);
                } else {
                    return answer;
                }
            } catch (NoAnswerException _) {
                backoff.await(++failures, Duration.ZERO);
                from = size < RESUMABLE ? 0 : heldOr(from, size);
            }
        }
    }

    private Answer put(FileChannel channel, long from, long size) throws NoAnswerException, InterruptedException {
        return calls.tryOnce(server -> {
            Progress progress = new Progress();
            HttpRequest.Builder request = requests.to(server, below)
                    .header(WorkerHeaders.CRC32C, crc)
                    .header("Content-Type", "application/octet-stream")
                    .expectContinue(size - from >= RESUMABLE)
                    .PUT(FileBodies.range(channel, from, size, progress));
            if (from > 0) {
                request.header(
                        "Content-Range",
                        from == size ? "bytes */" + size : "bytes " + from + "-" + (size - 1) + "/" + size);
            }
            return exchange(request, progress);
        });
    }

    private long heldOr(long otherwise, long size) throws InterruptedException {
        try {
            return held(size);
        } catch (NoAnswerException _) {
            return otherwise;
        }
    }

    /// Asks what the server holds; a refusal, which has no body here, is left for the PUT to bring out.
    private long held(long size) throws NoAnswerException, InterruptedException {
        Answer answer = calls.tryOnce(server -> exchange(
                requests.to(server, below).header(WorkerHeaders.CRC32C, crc).method("HEAD", noBody()), new Progress()));
        String value = answer.header(WorkerHeaders.HELD);
        long held = value == null || !value.matches("[0-9]{1,18}") ? 0 : Long.parseLong(value);
        return answer.isGood() ? Math.min(held, size) : 0;
    }

    private static HttpRequest.BodyPublisher noBody() {
        return HttpRequest.BodyPublishers.noBody();
    }

    private Answer exchange(HttpRequest.Builder request, Progress progress) throws IOException, InterruptedException {
        return calls.transport().exchange(request.build(), FileBodies.small(), progress, STALL);
    }

    private static boolean isDamage(Answer answer) {
        return answer.status() == 422
                && ErrorCode.CHECKSUM_MISMATCH
                        .toString()
                        .equals(answer.problem().code());
    }

    private void countDamage(Answer answer) throws TransferFailedException {
        damaged++;
        if (damaged == DAMAGED_AT_MOST) {
            throw new TransferFailedException("[" + below + "] the body arrived damaged " + damaged + " times, last: "
                    + answer.problem().message() + "; check memory, disk and network of this worker");
        }
    }
}
