package dev.roundelay.kernel;

/// Where a queued job stands and why it waits.
///
/// @param place  from 1
/// @param reason in words, such as "needs 4 workers with >= 8000 MB, 2 are free"
public record QueuePlace(int place, String reason) {}
