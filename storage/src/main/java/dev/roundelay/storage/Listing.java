package dev.roundelay.storage;

import java.util.List;

/// One page of a listing, in byte order.
///
/// @param next value of `after` for the next page; empty if this is the last one
public record Listing(List<StoredObject> objects, List<String> commonPrefixes, String next) {
    public Listing {
        objects = List.copyOf(objects);
        commonPrefixes = List.copyOf(commonPrefixes);
    }

    public boolean hasMore() {
        return !next.isEmpty();
    }
}
