package dev.roundelay.benchmarks.fleet;

import java.util.Arrays;

/// Times of one kind, every one of them kept: an hour of ten thousand workers is some 60 MB. Thread-safe.
final class Delays {
    private long[] nanos = new long[1_024];
    private int count;

    synchronized void add(long value) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = value;
    }

    synchronized void clear() {
        count = 0;
    }

    /// Percentiles by nearest rank; milliseconds, 0 where there is nothing.
    record Spread(int count, double p50, double p99, double p999, double max) {}

    /// Returns the spread of all these together.
    static Spread of(Delays... parts) {
        long[] all = new long[0];
        for (Delays part : parts) {
            long[] more = part.copy();
            int before = all.length;
            all = Arrays.copyOf(all, before + more.length);
            System.arraycopy(more, 0, all, before, more.length);
        }
        Arrays.sort(all);
        return new Spread(all.length, rank(all, 0.5), rank(all, 0.99), rank(all, 0.999), rank(all, 1));
    }

    private synchronized long[] copy() {
        return Arrays.copyOf(nanos, count);
    }

    private static double rank(long[] sorted, double part) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(part * sorted.length) - 1] / 1e6;
    }
}
