package dev.roundelay.kernel.assignment;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// The random 128-bit token of one attempt, 32 hex digits. A message with another one changes nothing.
public record Fence(String value) {
    /// Makes a new fence; the generator must be cryptographically strong in production.
    public static Fence create(RandomGenerator random) {
        HexFormat hex = HexFormat.of();
        return new Fence(hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong()));
    }

    @Override
    public String toString() {
        return value;
    }
}
