package dev.roundelay.cli.up;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One program kept running by a thread of its own, started again with growing pauses when it ends.
final class Child {
    private static final long LARGE_LOG_BYTES = 50L << 20;
    private static final Duration LOG_CHECK = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofMillis(100);

    private final ChildSpec spec;
    private final Backoff backoff;
    private final LongSupplier nanos;
    private final Consumer<String> notices;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private @Nullable Process process;
    private boolean stopping;
    private int starts;

    Child(ChildSpec spec, Backoff backoff, LongSupplier nanos, Consumer<String> notices) {
        this.spec = spec;
        this.backoff = backoff;
        this.nanos = nanos;
        this.notices = notices;
    }

    ChildSpec spec() {
        return spec;
    }

    /// Runs the program until [#stop].
    void run() {
        int shortLives = 0;
        while (true) {
            long began = nanos.getAsLong();
            Process started = start();
            int exit = started == null ? -1 : waitFor(started);
            shortLives = nanos.getAsLong() - began > backoff.longLived().toNanos() ? 1 : shortLives + 1;
            Duration pause = backoff.after(shortLives);
            // A Ctrl-C reaches the children too: let the news of it arrive before the end of a child is called one.
            if (restsUntilStopped(GRACE)) {
                return;
            }
            notices.accept("[" + spec.name() + "] ended with exit code " + exit + "; starting it again in "
                    + pause.toMillis() / 1000.0 + " s; see " + spec.log());
            if (restsUntilStopped(pause)) {
                return;
            }
        }
    }

    /// Lets the program run, but never starts it again.
    void startNoMore() {
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Asks the program to end and never starts it again.
    void stop() {
        startNoMore();
        Process last = process();
        if (last != null) {
            last.destroy();
        }
    }

    /// Waits for the end of a stopped program; one that takes longer is killed.
    void awaitEnd(Duration patience) {
        Process last = process();
        if (last == null) {
            return;
        }
        try {
            if (!last.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                notices.accept("[" + spec.name() + "] did not end within " + patience.toSeconds() + " s; killing it");
                last.destroyForcibly().waitFor();
            }
        } catch (InterruptedException _) {
            last.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /// Returns the program that runs now or ran last.
    @Nullable
    Process process() {
        lock.lock();
        try {
            return process;
        } finally {
            lock.unlock();
        }
    }

    /// Returns how often it was started.
    int starts() {
        lock.lock();
        try {
            return starts;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Process start() {
        // Starting under the lock: a stop that comes meanwhile finds either no process or this one, never misses it.
        lock.lock();
        try {
            if (stopping) {
                return null;
            }
            ChildLog.bound(spec.log(), LARGE_LOG_BYTES);
            // Its standard input stays an open pipe: the end of this process, however it ends, is the end of the pipe.
            ProcessBuilder builder = new ProcessBuilder(spec.command())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
            builder.environment().clear();
            builder.environment().putAll(spec.environment());
            process = builder.start();
            starts++;
            return process;
        } catch (IOException e) {
            notices.accept("[" + spec.name() + "] cannot be started: " + e.getMessage());
            return null;
        } finally {
            lock.unlock();
        }
    }

    private int waitFor(Process started) {
        while (true) {
            try {
                if (started.waitFor(LOG_CHECK.toMillis(), TimeUnit.MILLISECONDS)) {
                    return started.exitValue();
                }
                ChildLog.bound(spec.log(), LARGE_LOG_BYTES);
            } catch (IOException e) {
                notices.accept("[" + spec.name() + "] its log " + spec.log() + " cannot be cut: " + e.getMessage());
            } catch (InterruptedException _) {
                // Only stop() ends this thread: the program must be gone first.
                started.destroy();
            }
        }
    }

    private boolean restsUntilStopped(Duration pause) {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!stopping && left > 0) {
                left = changed.awaitNanos(left);
            }
            return stopping;
        } catch (InterruptedException _) {
            return true;
        } finally {
            lock.unlock();
        }
    }
}
