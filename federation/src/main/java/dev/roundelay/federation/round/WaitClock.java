package dev.roundelay.federation.round;

import java.time.Duration;

/// A stopwatch that runs only while a condition holds. Immutable; it lives in memory and starts anew after a take-over.
///
/// @param elapsed   time counted up to `lastNanos`
/// @param lastNanos reading of the monotonic clock at the last look
/// @param running   whether the time since then counts
public record WaitClock(Duration elapsed, long lastNanos, boolean running) {
    /// Returns a clock at zero that stands still.
    public static WaitClock zero(long nowNanos) {
        return new WaitClock(Duration.ZERO, nowNanos, false);
    }

    /// Counts the time since the last look, and says whether the time from now on counts.
    public WaitClock look(long nowNanos, boolean runs) {
        Duration counted = running ? elapsed.plusNanos(Math.max(0, nowNanos - lastNanos)) : elapsed;
        return new WaitClock(counted, nowNanos, runs);
    }
}
