package dev.roundelay.contract.files;

/// How much a delete removed.
public record Deleted(long objects, long bytes) {}
