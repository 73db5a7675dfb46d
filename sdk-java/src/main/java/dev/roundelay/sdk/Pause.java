package dev.roundelay.sdk;

import java.time.Duration;

/// Lets time pass; tests replace it.
@FunctionalInterface
interface Pause {
    /// Waits that long.
    void sleep(Duration duration) throws InterruptedException;
}
