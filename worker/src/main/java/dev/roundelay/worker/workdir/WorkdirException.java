package dev.roundelay.worker.workdir;

/// A file or archive of a user is not acceptable. The message has the form `[where] what; what to do`.
public final class WorkdirException extends RuntimeException {
    /// Makes one.
    public WorkdirException(String message) {
        super(message);
    }

    /// Makes one with the reason behind it.
    public WorkdirException(String message, Throwable cause) {
        super(message, cause);
    }
}
