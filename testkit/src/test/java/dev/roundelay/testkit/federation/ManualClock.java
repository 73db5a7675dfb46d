package dev.roundelay.testkit.federation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Time that moves only when told to; the monotonic clock and the wall move together.
final class ManualClock implements InstantSource {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private long nanos;

    @Override
    public Instant instant() {
        return START.plusNanos(nanos);
    }

    long nanos() {
        return nanos;
    }

    void advance(Duration by) {
        nanos += by.toNanos();
    }
}
