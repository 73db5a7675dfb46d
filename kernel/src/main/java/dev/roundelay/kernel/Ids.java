package dev.roundelay.kernel;

import java.time.Instant;
import java.util.random.RandomGenerator;

/// Makes prefixed ids that sort by time: 10 characters of milliseconds, 16 of randomness (80 bits), in Crockford's
/// base 32.
public final class Ids {
    private static final char[] DIGITS = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();

    private Ids() {}

    /// Returns a new id that starts with the prefix.
    public static String create(String prefix, Instant now, RandomGenerator random) {
        StringBuilder id = new StringBuilder(prefix.length() + 26).append(prefix);
        long millis = now.toEpochMilli();
        for (int shift = 45; shift >= 0; shift -= 5) {
            id.append(DIGITS[(int) (millis >>> shift) & 31]);
        }
        for (int half = 0; half < 2; half++) {
            long bits = random.nextLong();
            for (int digit = 0; digit < 8; digit++) {
                id.append(DIGITS[(int) (bits >>> (5 * digit)) & 31]);
            }
        }
        return id.toString();
    }
}
