package dev.roundelay.kernel;

/// Another server has raised the epoch: this one commits nothing any more.
public final class StaleEpochException extends KernelException {
    private static final long serialVersionUID = 1;

    /// Creates the exception for the epoch that is no longer the current one.
    public StaleEpochException(Epoch epoch) {
        super(
                Fault.STALE_EPOCH,
                "[" + epoch + "] another server has taken over; this one must not serve any more",
                null);
    }
}
