package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Starts every child process of the agent from one platform thread that lives as long as the agent.
///
/// A parent-death signal follows the *thread* that started the child: a child started from a pooled or virtual thread
/// would be killed when that thread (or its carrier) ends. Thread-safe. Close it last.
public final class ProcessLauncher implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("process-launcher").daemon().factory());

    /// Starts a process and returns once it is started.
    ///
    /// @throws IOException if the program is not there or cannot be started
    public Process start(ProcessBuilder builder) throws IOException {
        try {
            return thread.submit(builder::start).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw new IOException(cause.getMessage(), cause);
            }
            throw new IllegalStateException("[launcher] a process did not start", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("[launcher] interrupted while a process was started; start it again", e);
        }
    }

    /// Ends the thread: children that asked for a parent-death signal get it now.
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
