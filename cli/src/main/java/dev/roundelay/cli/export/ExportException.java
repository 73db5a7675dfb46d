package dev.roundelay.cli.export;

/// The other tool does not take the metrics; the message says why and what to do.
public final class ExportException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    ExportException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /// Returns what the program ends with.
    public int exitCode() {
        return exitCode;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
