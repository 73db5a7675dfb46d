package dev.roundelay.federation;

import dev.roundelay.kernel.worker.WorkerId;
import java.util.Set;

/// Learns that assignments of workers have other steps than before, so that their parked syncs answer at once.
@FunctionalInterface
public interface StepListener {
    /// Called after the commit that caused it, never under a lock; must not block.
    void stepsChanged(Set<WorkerId> workers);
}
