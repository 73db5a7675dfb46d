package dev.roundelay.worker.sandbox;

/// A sandbox could not be made: a fault of the machine, never of the user.
public final class SandboxException extends RuntimeException {
    /// Makes one with a message of the form `[where] what; what to do`.
    public SandboxException(String message) {
        super(message);
    }

    /// Makes one with the reason behind it.
    public SandboxException(String message, Throwable cause) {
        super(message, cause);
    }
}
