package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.worker.Worker;
import java.util.List;

/// The answer to a sync.
public sealed interface SyncResult {
    /// The assignments that the worker holds in the kernel's eyes, oldest first. One with `stopping` is to be
    /// stopped; one that the agent holds and that is not listed is stale and to be ended at once.
    record Current(Worker worker, List<Assignment> assignments) implements SyncResult {
        public Current {
            assignments = List.copyOf(assignments);
        }
    }

    /// A newer agent has taken this one's place: it is to end everything that it runs.
    record Superseded(Worker worker) implements SyncResult {}

    /// There is no such worker, or it was removed.
    record Unknown() implements SyncResult {}
}
