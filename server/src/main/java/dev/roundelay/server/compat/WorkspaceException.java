package dev.roundelay.server.compat;

import dev.roundelay.contract.ErrorCode;

/// A workspace that is broken or asks for what is not run here; the message is for the submitter.
public final class WorkspaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ErrorCode code;

    WorkspaceException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    /// Returns `unsupported_workflow` or `invalid_request`.
    public ErrorCode code() {
        return code;
    }
}
