package dev.roundelay.contract;

import java.util.List;

/// A page of a list.
///
/// @param items  at most `limit` entries
/// @param total  how many there are in all
/// @param limit  1 to 200
/// @param offset entries before the first of this page
public record Page<T>(List<T> items, long total, int limit, int offset) {
    /// The page size when none was asked for.
    public static final int DEFAULT_LIMIT = 50;
    /// The largest page.
    public static final int MAX_LIMIT = 200;

    public Page {
        items = List.copyOf(items);
    }
}
