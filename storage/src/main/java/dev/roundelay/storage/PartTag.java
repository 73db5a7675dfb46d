package dev.roundelay.storage;

/// What a client names at completion: a part's number and its tag.
public record PartTag(int number, ETag etag) {}
