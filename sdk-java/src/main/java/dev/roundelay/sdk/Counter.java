package dev.roundelay.sdk;

import java.util.concurrent.atomic.AtomicLong;

/// Adds up the bytes of one object and tells them.
final class Counter {
    private final String name;
    private final long total;
    private final Progress progress;
    private final AtomicLong done = new AtomicLong();

    Counter(String name, long total, Progress progress) {
        this.name = name;
        this.total = total;
        this.progress = progress;
    }

    void add(long bytes) {
        progress.advanced(name, done.addAndGet(bytes), total);
    }

    void set(long bytes) {
        done.set(bytes);
        progress.advanced(name, bytes, total);
    }
}
