package dev.roundelay.cli.up;

/// The system cannot be brought up; the message says why and what to do.
public final class StartupException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    StartupException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /// Returns the exit code of a program that ends with it.
    public int exitCode() {
        return exitCode;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
