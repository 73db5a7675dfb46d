package dev.roundelay.server.active;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.KernelException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// The epoch that this server holds while it is the active one. Thread-safe.
public final class ActiveEpoch {
    private final AtomicReference<Optional<Epoch>> held = new AtomicReference<>(Optional.empty());

    /// Returns the epoch, if this server is active.
    public Optional<Epoch> find() {
        return held.get();
    }

    /// Returns whether this server is active.
    public boolean isActive() {
        return held.get().isPresent();
    }

    /// Returns the epoch.
    ///
    /// @throws KernelException `NOT_ACTIVE`
    public Epoch require() {
        return held.get()
                .orElseThrow(() -> new KernelException(
                        KernelException.Fault.NOT_ACTIVE, "[server] it is not the active one; ask the other", null));
    }

    /// Says that this server is active under an epoch.
    public void hold(Epoch epoch) {
        held.set(Optional.of(epoch));
    }

    /// Says that it is active no more.
    public void release() {
        held.set(Optional.empty());
    }
}
