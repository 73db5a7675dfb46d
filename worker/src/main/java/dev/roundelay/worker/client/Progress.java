package dev.roundelay.worker.client;

import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes of a transfer, so that a stalled one is told from a slow one.
final class Progress {
    private final AtomicLong bytes = new AtomicLong();

    void add(long n) {
        bytes.addAndGet(n);
    }

    long bytes() {
        return bytes.get();
    }
}
