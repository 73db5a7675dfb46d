package dev.roundelay.server.backup;

import dev.roundelay.storage.BlobFacts;
import dev.roundelay.storage.disk.BlobFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Makes the bytes of many copies durable, several at once: a file system commits together what is asked of it
/// together.
final class Flush implements AutoCloseable {
    private static final int AT_ONCE = 16;
    private static final int BATCH = 256;

    private final BlobFiles files;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofPlatform().name("flush-", 1).factory());
    private final List<Callable<Void>> batch = new ArrayList<>();

    Flush(BlobFiles files) {
        this.files = files;
    }

    void add(BlobFacts blob) throws IOException {
        batch.add(() -> {
            files.forceIfThere(blob);
            return null;
        });
        if (batch.size() == BATCH) {
            finish();
        }
    }

    /// Returns when all that was added is durable.
    void finish() throws IOException {
        try {
            for (Future<Void> forced : threads.invokeAll(batch)) {
                forced.get();
            }
            batch.clear();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("[blobs] interrupted while they were made durable; try again");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
