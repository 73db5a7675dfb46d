package dev.roundelay.federation;

import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.Fence;

/// Who sends something: an assignment's attempt by its fence, and the shard it stands for.
public record Holder(AssignmentId assignment, Fence fence, int shard) {}
