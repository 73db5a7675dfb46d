package dev.roundelay.e2e.chaos;

import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Product;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Starts again what has died, at once, as a service manager would.
final class Keeper implements AutoCloseable {
    private static final long LOOK_NANOS = 10_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Product product;
    private final List<String> workers;
    private final Thread thread;
    private volatile boolean closing;
    private volatile long lastStart;
    private volatile @Nullable Throwable failure;

    Keeper(Product product, List<String> workers) {
        this.product = product;
        this.workers = List.copyOf(workers);
        this.thread = Thread.ofPlatform().name("keeper").start(this::run);
    }

    /// Returns when a server was last started again, by [System#nanoTime]; 0 if none was.
    long lastServerStart() {
        return lastStart;
    }

    /// Fails if a program could not be started again.
    void requireWell() {
        Throwable found = failure;
        if (found != null) {
            throw new AssertionError("a program could not be started again", found);
        }
    }

    /// Waits until all programs run, as after a fault that came when its job was over.
    void awaitAll() {
        Eventually.await("all programs run again", PATIENCE, () -> {
            requireWell();
            return product.server().isAlive()
                    && workers.stream().allMatch(name -> product.worker(name).isAlive());
        });
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closing) {
                if (!product.server().isAlive()) {
                    lastStart = System.nanoTime();
                    product.relaunchServer();
                }
                for (String name : workers) {
                    if (!product.worker(name).isAlive()) {
                        product.restartWorker(name);
                    }
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        } catch (Throwable e) {
            failure = e;
        }
    }
}
