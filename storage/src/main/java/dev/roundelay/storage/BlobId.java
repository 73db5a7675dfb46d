package dev.roundelay.storage;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Opaque random name of one blob: 32 lower-case hexadecimal digits, never used again.
public record BlobId(String value) implements Comparable<BlobId> {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    public BlobId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("[blob '%s'] is not 32 hexadecimal digits".formatted(value));
        }
    }

    /// Returns a fresh id of 128 bits.
    public static BlobId random(RandomGenerator random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return new BlobId(HexFormat.of().formatHex(bytes));
    }

    /// Tells whether a text (a file name, say) has the form of an id.
    public static boolean isValid(String text) {
        return FORM.matcher(text).matches();
    }

    @Override
    public int compareTo(BlobId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
