package dev.roundelay.contract.worker;

import java.util.List;

/// The desired state of all assignments of a worker: an assignment that is held but not listed here is to be stopped.
///
/// @param version opaque; equal versions mean equal contents
public record SyncReply(String version, List<Desired> assignments) {
    public SyncReply {
        assignments = List.copyOf(assignments);
    }

    /// What one assignment is to do now.
    public record Desired(String assignmentId, String fence, Step step) {}
}
