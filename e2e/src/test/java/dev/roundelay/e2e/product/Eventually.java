package dev.roundelay.e2e.product;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Waits for what other processes do and announce to nobody here.
public final class Eventually {
    private static final Duration LOOK = Duration.ofMillis(50);

    private Eventually() {}

    /// Waits until something is true.
    public static void await(String what, Duration patience, BooleanSupplier condition) {
        var _ = await(what, patience, condition::getAsBoolean, met -> met);
    }

    /// Returns the first value that passes; a test that waits in vain says what the last one was.
    public static <T> T await(String what, Duration patience, Supplier<T> source, Predicate<T> passes) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            T value = source.get();
            if (passes.test(value)) {
                return value;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + patience.toSeconds() + " s: " + what + "; last: " + value);
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }
}
