package dev.roundelay.storage;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Key of an object: 1 to 1,024 bytes of UTF-8, any character but NUL. Keys are ordered by their bytes, as S3 lists
/// them;
/// nothing in a key (`..`, `//`, a leading slash) has a meaning here.
public record ObjectKey(String value) implements Comparable<ObjectKey> {
    public static final int MAX_BYTES = 1024;

    public ObjectKey {
        byte[] bytes = utf8(value);
        if (bytes.length == 0 || bytes.length > MAX_BYTES) {
            throw invalid(value, "has %d bytes of UTF-8; a key has 1 to %d".formatted(bytes.length, MAX_BYTES));
        }
        if (value.indexOf('\0') >= 0) {
            throw invalid(value, "contains a NUL character; remove it");
        }
    }

    /// Tells whether a text can be a key at all.
    public static boolean isValid(String text) {
        try {
            var _ = new ObjectKey(text);
            return true;
        } catch (StorageException e) {
            return false;
        }
    }

    private static byte[] utf8(String value) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            return Arrays.copyOf(encoded.array(), encoded.limit());
        } catch (CharacterCodingException e) {
            throw invalid(value, "is not valid Unicode; it has half of a surrogate pair");
        }
    }

    private static StorageException invalid(String value, String what) {
        String shown = value.length() <= 80 ? value : value.substring(0, 80) + "...";
        return new StorageException(StorageFault.INVALID_KEY, "[key '%s'] %s".formatted(shown, what));
    }

    /// Compares two texts by their bytes in UTF-8, which is the order of Unicode code points (PostgreSQL's collation
    /// "C").
    public static int compareBytes(String left, String right) {
        int limit = Math.min(left.length(), right.length());
        for (int i = 0; i < limit; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean aSurrogate = Character.isSurrogate(a);
                boolean bSurrogate = Character.isSurrogate(b);
                // Code points beyond U+FFFF are surrogates in UTF-16 but sort after every other character in UTF-8.
                return aSurrogate == bSurrogate ? Character.compare(a, b) : aSurrogate ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    @Override
    public int compareTo(ObjectKey other) {
        return compareBytes(value, other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
