package dev.roundelay.worker.logs;

import dev.roundelay.contract.worker.Events;
import dev.roundelay.worker.client.RefusedException;
import java.io.IOException;

/// Where the events of an attempt go.
@FunctionalInterface
public interface EventSink {
    /// Hands a batch over; blocks until it is stored, however long no server answers.
    ///
    /// @return the number up to which everything is stored
    /// @throws RefusedException if the server refuses it
    long post(Events events) throws IOException, RefusedException, InterruptedException;
}
