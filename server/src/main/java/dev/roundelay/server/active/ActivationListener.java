package dev.roundelay.server.active;

import dev.roundelay.kernel.Epoch;

/// Is told when this server becomes the active one and when it ceases to be. Never called by two threads at once.
public interface ActivationListener {
    /// Starts serving under an epoch. An exception makes this server a standby again, and a new attempt is made.
    void activated(Epoch epoch);

    /// Stops serving; called after [#activated] was begun, whether it succeeded or not. The epoch may be lost already.
    void deactivated();
}
