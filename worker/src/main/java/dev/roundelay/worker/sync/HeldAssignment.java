package dev.roundelay.worker.sync;

import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.SyncRequest;

/// An attempt that this agent holds, as the sync loop sees it. Thread-safe; no method waits for the network.
public interface HeldAssignment {
    /// Returns its id.
    String id();

    /// Returns its fence.
    String fence();

    /// Returns what to tell the server now.
    SyncRequest.Held report();

    /// Says what it is to do; a repeated or older number changes nothing, `stop` replaces any step.
    void desire(Step step);

    /// Writes where its Python stands into the log; a repeated or older number changes nothing.
    void showStack(long number);

    /// Ends every process at once, because the attempt is no longer this agent's: nothing more is told of it.
    void abandon();

    /// Returns whether the server has said that it knows the attempt no more: it is dropped without a report.
    boolean isForgotten();
}
