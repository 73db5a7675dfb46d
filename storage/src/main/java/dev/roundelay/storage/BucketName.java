package dev.roundelay.storage;

import java.util.regex.Pattern;

/// Name of a bucket by S3's rules: 3 to 63 lower-case letters, digits and inner hyphens.
public record BucketName(String value) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

    public BucketName {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "[bucket '%s'] is not 3 to 63 lower-case letters, digits and inner hyphens".formatted(value));
        }
    }

    public static boolean isValid(String text) {
        return FORM.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
