package dev.roundelay.worker.register;

/// The worker cannot join; the message says which of token, certificate, clock, version, name or sandbox is at fault.
public final class JoinRefusedException extends Exception {
    /// Makes one with a message of the form `[where] what; what to do`.
    public JoinRefusedException(String message) {
        super(message);
    }

    JoinRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
