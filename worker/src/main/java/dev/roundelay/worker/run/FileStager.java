package dev.roundelay.worker.run;

import dev.roundelay.worker.client.AssignmentClient;
import dev.roundelay.worker.client.Checksums;
import dev.roundelay.worker.client.RefusedException;
import dev.roundelay.worker.logs.LogPump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Sends the files of `out_dir` while the update is made ready, one after the other, on a thread of its own.
/// Thread-safe.
final class FileStager implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("file-stager").factory());
    private final AtomicLong bytes = new AtomicLong();
    private final LogPump log;
    private final Consumer<RefusedException> onRefused;

    /// Makes one.
    ///
    /// @param onRefused told when the server wants nothing more of this attempt
    FileStager(LogPump log, Consumer<RefusedException> onRefused) {
        this.log = log;
        this.onRefused = onRefused;
    }

    /// Sends a file later and removes it then.
    ///
    /// @param calls of the assignment, or of one of its shards
    /// @param path  relative to `out_dir`, with `/`
    void stage(AssignmentClient calls, int round, String path, Path file) {
        thread.execute(() -> send(calls, round, path, file));
    }

    /// Waits until everything is sent that was staged before: a round's commit publishes what has arrived by then,
    /// so the update that may bring it about comes after the files. [#close] and an interruption end the wait; the
    /// attempt is over then.
    void await() throws InterruptedException {
        try {
            thread.submit(() -> {}).get();
        } catch (ExecutionException | RejectedExecutionException e) {
            throw stopped(e);
        }
    }

    private static InterruptedException stopped(Exception cause) {
        var stopped = new InterruptedException("the attempt is over before its files were sent");
        stopped.initCause(cause);
        return stopped;
    }

    /// Returns how many bytes have been sent.
    long bytes() {
        return bytes.get();
    }

    private void send(AssignmentClient client, int round, String path, Path file) {
        try {
            long size = Files.size(file);
            AssignmentClient.Taken taken = client.putFile(round, path, file, Checksums.crc32c(file));
            switch (taken) {
                case AssignmentClient.Taken.Accepted() -> bytes.addAndGet(size);
                case AssignmentClient.Taken.TooLate() -> notStored(path, round, "the round is over");
                case AssignmentClient.Taken.Invalid(String message) -> notStored(path, round, message);
            }
        } catch (RefusedException e) {
            if (e.endsAssignment()) {
                onRefused.accept(e);
            } else {
                notStored(path, round, String.valueOf(e.getMessage()));
            }
        } catch (IOException e) {
            notStored(path, round, e.toString());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            remove(file);
        }
    }

    private void notStored(String path, int round, String why) {
        log.warning("files_not_stored", "[" + path + "] is not stored: " + why, round);
    }

    private void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.worker("warn", null, file + " cannot be removed: " + e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
