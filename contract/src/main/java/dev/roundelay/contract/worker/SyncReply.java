package dev.roundelay.contract.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The desired state of all assignments of a worker: an assignment that is held but not listed here is to be stopped.
///
/// @param version opaque; equal versions mean equal contents
public record SyncReply(String version, List<Desired> assignments) {
    public SyncReply {
        assignments = List.copyOf(assignments);
    }

    /// What one assignment is to do now.
    ///
    /// @param stack number of the latest wish to see where its Python stands, ascending; null for none. An agent
    ///     that has not carried that one out yet writes the stack of every thread into the log
    public record Desired(
            String assignmentId,
            String fence,
            Step step,
            @Nullable Long stack) {}
}
