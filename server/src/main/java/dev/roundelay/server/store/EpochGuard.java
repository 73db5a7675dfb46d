package dev.roundelay.server.store;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.StaleEpochException;
import org.jdbi.v3.core.Handle;

/// The first statement of every write of kernel and federation: only the active server's epoch passes.
final class EpochGuard {
    private EpochGuard() {}

    /// Locks the epoch row for sharing until the transaction ends, so that a take-over waits for this write, and this
    /// write
    /// fails after a take-over.
    ///
    /// @throws StaleEpochException if another server has taken over
    static void require(Handle handle, Epoch epoch) {
        boolean current = handle.createQuery("select epoch from server_epoch where epoch = ? for share")
                .bind(0, epoch.value())
                .mapTo(Long.class)
                .findOne()
                .isPresent();
        if (!current) {
            throw new StaleEpochException(epoch);
        }
    }
}
