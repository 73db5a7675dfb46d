package dev.roundelay.worker.run;

import dev.roundelay.worker.client.RefusedException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Small results on their way while the harness works on: without it a server that is away would keep a site from
/// training. One thread adds and awaits.
final class Outbox implements AutoCloseable {
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("outbox").factory());
    private final Deque<Future<?>> underWay = new ArrayDeque<>();

    /// Sends a result; blocks until it is answered.
    void add(Callable<?> call) {
        underWay.add(thread.submit(call));
    }

    /// Waits until all results were answered.
    ///
    /// @throws RefusedException if one was refused
    void await() throws IOException, RefusedException, InterruptedException {
        while (!underWay.isEmpty()) {
            try {
                underWay.remove().get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RefusedException refused -> throw refused;
                    case IOException io -> throw io;
                    case InterruptedException _ -> throw new InterruptedException();
                    case null, default -> throw new IllegalStateException(e);
                }
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
