package dev.roundelay.storage;

/// An entity tag without its quotes: the MD5 of an object's bytes in hexadecimal, `<MD5 of the parts' MD5s>-<n>` for a
/// multipart object, `<blob id>-1` for a file that was adopted without being hashed. Equal tags at one key mean equal
/// bytes.
public record ETag(String value) {
    public ETag {
        if (value.isEmpty() || value.length() > 100) {
            throw new IllegalArgumentException("[etag '%s'] must have 1 to 100 characters".formatted(value));
        }
    }

    /// Parses a tag as clients send it: with or without quotes, weak or strong.
    public static ETag parse(String header) {
        String text = header.strip();
        if (text.startsWith("W/")) {
            text = text.substring(2);
        }
        if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
            text = text.substring(1, text.length() - 1);
        }
        return new ETag(text);
    }

    /// Returns the tag in quotes, as it stands in a header.
    public String quoted() {
        return '"' + value + '"';
    }

    @Override
    public String toString() {
        return value;
    }
}
