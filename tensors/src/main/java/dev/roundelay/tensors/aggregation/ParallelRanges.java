package dev.roundelay.tensors.aggregation;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Lets several threads work off a list of ranges, each range by one thread.
///
/// The calling thread works too, so nothing hangs where the executor is busy. When [#run] returns or
/// throws, no
/// thread
/// touches a range any more: the caller may unmap.
final class ParallelRanges<T> {
    private final List<T> ranges;
    private final Supplier<? extends RangeWork<T>> work;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private ParallelRanges(List<T> ranges, Supplier<? extends RangeWork<T>> work) {
        this.ranges = ranges;
        this.work = work;
    }

    /// What a thread does with its ranges; each thread has its own.
    interface RangeWork<T> {
        void accept(T range) throws IOException;
    }

    /// @throws IOException if the work throws it, or `InterruptedIOException` (and the flag stays set) if
    /// the calling
    /// thread is interrupted
    static <T> void run(Executor executor, int threads, List<T> ranges, Supplier<? extends RangeWork<T>> work)
            throws IOException {
        ParallelRanges<T> parallel = new ParallelRanges<>(ranges, work);
        List<ParallelRanges<T>.Share> shares = new ArrayList<>();
        try {
            for (int i = 1; i < Math.min(threads, ranges.size()); i++) {
                ParallelRanges<T>.Share share = parallel.new Share();
                executor.execute(share);
                shares.add(share);
            }
        } catch (RejectedExecutionException _) {
            // The calling thread and the shares that were taken do it all.
        }
        parallel.workOff();
        for (ParallelRanges<T>.Share share : shares) {
            share.end();
        }
        parallel.rethrow();
    }

    private void workOff() {
        try {
            RangeWork<T> mine = work.get();
            for (int i = next.getAndIncrement(); i < ranges.size(); i = next.getAndIncrement()) {
                if (failure.get() != null) {
                    return;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while averaging");
                }
                mine.accept(ranges.get(i));
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void rethrow() throws IOException {
        switch (failure.get()) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException("averaging failed", e);
        }
    }

    /// One executor task; does nothing if it starts after the end.
    private final class Share implements Runnable {
        private final AtomicBoolean claimed = new AtomicBoolean();
        private final CountDownLatch done = new CountDownLatch(1);

        @Override
        public void run() {
            if (claimed.compareAndSet(false, true)) {
                try {
                    workOff();
                } finally {
                    done.countDown();
                }
            }
        }

        // INVARIANT: returns only when no thread is in run(), even if interrupted.
        void end() {
            if (claimed.compareAndSet(false, true)) {
                return;
            }
            boolean interrupted = false;
            while (true) {
                try {
                    done.await();
                    break;
                } catch (InterruptedException _) {
                    interrupted = true;
                    failure.compareAndSet(null, new InterruptedIOException("interrupted while averaging"));
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
