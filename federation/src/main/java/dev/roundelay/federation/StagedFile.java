package dev.roundelay.federation;

import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.storage.Blob;

/// A file that a site's code wrote in a round; it becomes visible if that attempt's update counts.
///
/// @param path relative to the round's folder, normalised
public record StagedFile(int round, int shard, AssignmentId assignment, String path, Blob blob) {}
