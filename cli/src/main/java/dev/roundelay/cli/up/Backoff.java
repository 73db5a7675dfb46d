package dev.roundelay.cli.up;

import java.time.Duration;

/// How long to wait before a program that died is started again: longer each time, from the start again once one has
/// lived a while.
///
/// @param first     before the first restart
/// @param longest   bound
/// @param longLived how long a program must have run to begin from the start
record Backoff(Duration first, Duration longest, Duration longLived) {
    static final Backoff USUAL = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(60));

    /// Returns the pause after so many short lives in a row, counted from 1.
    Duration after(int shortLives) {
        int doublings = Math.min(shortLives - 1, 20);
        long millis = first.toMillis() << Math.max(0, doublings);
        return millis < longest.toMillis() ? Duration.ofMillis(millis) : longest;
    }
}
