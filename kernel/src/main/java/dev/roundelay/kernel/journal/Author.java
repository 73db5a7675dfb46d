package dev.roundelay.kernel.journal;

import dev.roundelay.kernel.assignment.AssignmentId;

/// Who reports: one attempt of one shard.
///
/// @param site    `site-<i+1>`
/// @param attempt from 1
public record Author(AssignmentId assignment, String site, int attempt) {}
