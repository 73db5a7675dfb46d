package dev.roundelay.server.store;

/// The keys from `start` on and before `end`, by bytes. It says what a prefix means in a form that an index can answer,
/// unlike LIKE.
record KeyRange(String start, String end) {
    /// Behind every key: more of the last character than a key of 1,024 bytes can hold.
    private static final String END =
            Character.toString(Character.MAX_CODE_POINT).repeat(257);

    static KeyRange of(String prefix) {
        return new KeyRange(prefix, successor(prefix));
    }

    /// Returns the least text behind every key that begins with `prefix`.
    static String successor(String prefix) {
        int end = prefix.length();
        while (end > 0) {
            int last = prefix.codePointBefore(end);
            end -= Character.charCount(last);
            if (last < Character.MAX_CODE_POINT) {
                // Surrogates are no characters and cannot be sent to the database.
                int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
                return prefix.substring(0, end) + Character.toString(next);
            }
        }
        return END;
    }

    /// Returns the least text behind `text` itself: no key holds a NUL, so U+0001 comes first.
    static String after(String text) {
        return text + '\u0001';
    }
}
