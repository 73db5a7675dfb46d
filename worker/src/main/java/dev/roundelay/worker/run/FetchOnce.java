package dev.roundelay.worker.run;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/// Makes a file once for all slots that want it at the same time. Thread-safe.
final class FetchOnce {
    private final ConcurrentHashMap<String, CompletableFuture<Path>> files = new ConcurrentHashMap<>();

    /// Makes a file.
    @FunctionalInterface
    interface Fetch<X extends Exception> {
        /// Returns the finished file.
        Path fetch() throws X, InterruptedException;
    }

    /// Returns the file of that name, by `fetch` if nobody has made it. Where the slot that makes it gives up, the next
    /// one
    /// that waits for it makes it.
    <X extends Exception> Path get(String name, Fetch<X> fetch) throws X, InterruptedException {
        while (true) {
            CompletableFuture<Path> mine = new CompletableFuture<>();
            CompletableFuture<Path> first = files.putIfAbsent(name, mine);
            if (first == null) {
                return make(name, fetch, mine);
            }
            try {
                return first.get();
            } catch (ExecutionException _) {
                // The slot that fetched it has given up; its entry is gone and this slot tries itself.
            }
        }
    }

    private <X extends Exception> Path make(String name, Fetch<X> fetch, CompletableFuture<Path> mine)
            throws X, InterruptedException {
        boolean made = false;
        try {
            Path file = fetch.fetch();
            made = true;
            mine.complete(file);
            return file;
        } finally {
            if (!made) {
                files.remove(name, mine);
                mine.completeExceptionally(new IllegalStateException("given up by the slot that fetched it"));
            }
        }
    }

    /// Forgets a file, so that it would be made again.
    void forget(String name) {
        files.remove(name);
    }
}
