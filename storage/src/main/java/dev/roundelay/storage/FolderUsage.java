package dev.roundelay.storage;

/// What lies under a prefix. A top folder's ends with a slash; it is empty for the objects outside of any folder.
public record FolderUsage(String prefix, long objects, long bytes) {}
