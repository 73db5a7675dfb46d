package dev.roundelay.kernel;

import org.jspecify.annotations.Nullable;

/// Says why the kernel could not do what it was asked to; nothing was changed, unless the fault says that this is
/// unknown.
public class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// The closed list of faults.
    public enum Fault {
        /// Another server has taken over; this one must stop serving.
        STALE_EPOCH,
        /// The store did not answer. Whether the change was committed is unknown; the kernel reads its state anew
        /// before the next one.
        STORE_UNAVAILABLE,
        /// This server is not the active one.
        NOT_ACTIVE
    }

    private final Fault fault;

    /// Creates an exception with a message in the form `[where] what; what to do`.
    public KernelException(Fault fault, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    /// Returns which fault it is.
    public final Fault fault() {
        return fault;
    }
}
