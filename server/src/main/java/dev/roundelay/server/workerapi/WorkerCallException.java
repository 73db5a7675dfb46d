package dev.roundelay.server.workerapi;

import dev.roundelay.contract.ErrorCode;

/// A call of a worker that is refused with one of the codes of docs/worker-protocol.md.
public final class WorkerCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ErrorCode code;

    WorkerCallException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    /// Returns the code of the answer.
    public ErrorCode code() {
        return code;
    }
}
