package dev.roundelay.storage;

import java.util.List;

/// What became of a batch of new objects: those that appeared, and those left out because the quota had no room for
/// them.
public record Publication(List<StoredObject> published, List<NewObject> leftOut) {
    public Publication {
        published = List.copyOf(published);
        leftOut = List.copyOf(leftOut);
    }
}
