package dev.roundelay.kernel;

import org.jspecify.annotations.Nullable;

/// The store did not answer; the fate of the commit is unknown.
public final class StoreUnavailableException extends KernelException {
    private static final long serialVersionUID = 1;

    /// Creates the exception with the store's own words and cause.
    public StoreUnavailableException(String what, @Nullable Throwable cause) {
        super(Fault.STORE_UNAVAILABLE, "[kernel store] " + what + "; try again in a moment", cause);
    }
}
