package dev.roundelay.server.store;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.StaleEpochException;
import org.jdbi.v3.core.Handle;

/// Lets a transaction commit only under the current epoch.
public final class EpochGuard {
    private EpochGuard() {}

    /// Holds the epoch still until the transaction ends: a take-over waits for it, or ends it before it commits.
    ///
    /// Call it first in a transaction that writes.
    ///
    /// @throws StaleEpochException if another server has raised the epoch
    public static void require(Handle handle, Epoch epoch) {
        boolean current = handle.createQuery("select 1 from server_epoch where epoch = :epoch for share")
                .bind("epoch", epoch.value())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (!current) {
            throw new StaleEpochException(epoch);
        }
    }
}
