package dev.roundelay.storage;

/// Which page of a bucket to list.
///
/// @param prefix    keys must begin with it; empty for all
/// @param delimiter keys that contain it after the prefix are rolled up into one common prefix; empty for none
/// @param after     only keys behind it by byte order; if it ends with the delimiter, that whole folder is skipped;
/// empty for
///                  the first page
/// @param limit     objects and common prefixes together, 1 to 10,000
public record ListQuery(String prefix, String delimiter, String after, int limit) {
    public ListQuery {
        if (limit < 1 || limit > 10_000) {
            throw new IllegalArgumentException("[list] limit %d is not 1 to 10,000".formatted(limit));
        }
    }

    public static ListQuery under(String prefix, int limit) {
        return new ListQuery(prefix, "", "", limit);
    }

    /// Returns the roll-up of a key that begins with the prefix, or the empty text if the key stands for itself.
    public String commonPrefixOf(String key) {
        if (delimiter.isEmpty()) {
            return "";
        }
        int at = key.indexOf(delimiter, prefix.length());
        return at < 0 ? "" : key.substring(0, at + delimiter.length());
    }

    /// Returns the common prefix that `after` is, whose keys were all told by it; empty if it is a plain key.
    public String finishedPrefix() {
        return after.startsWith(prefix) && commonPrefixOf(after).equals(after) ? after : "";
    }
}
