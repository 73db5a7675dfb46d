package dev.roundelay.worker.client;

import dev.roundelay.contract.worker.SyncReply;
import java.io.IOException;

/// A call that the server may hold back for a while.
public interface ParkedCall {
    /// Runs `action` once the call is over, well or not, on any thread.
    void whenOver(Runnable action);

    /// Returns whether the call is over.
    boolean isOver();

    /// Breaks the call off.
    void breakOff();

    /// Returns the answer; a call that is not over is broken off and counts as unanswered.
    ///
    /// @throws IOException      if there was no answer
    /// @throws RefusedException if the server does not want this worker
    SyncReply reply() throws IOException, RefusedException;
}
