package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import java.util.Optional;

/// What one site of a job is busy with.
///
/// @param assignment the current attempt; empty if the shard never had one
/// @param workerName of its worker, the last one if it is lost; empty without one
/// @param text       one line for people, such as `building environment` or `waits for a worker since 12 s`
public record SiteStatus(int shard, String site, Optional<Assignment> assignment, String workerName, String text) {}
