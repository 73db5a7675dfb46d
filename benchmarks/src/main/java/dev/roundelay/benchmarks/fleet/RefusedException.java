package dev.roundelay.benchmarks.fleet;

/// The server answered that a call is wrong.
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    RefusedException(String what, Answer answer) {
        super("[%s] the server answered %d %s".formatted(what, answer.status(), answer.code()));
        this.status = answer.status();
        this.code = answer.code();
    }

    /// Returns whether the attempt is not this worker's any more.
    boolean isStale() {
        return status == 404 || code.equals("stale_fence");
    }

    /// Returns whether a result came too late or is of no use: its step is completed.
    boolean isDropped() {
        return code.equals("round_closed") || code.equals("invalid_update") || status == 413;
    }

    /// Returns whether a model is not there any more: another step is on its way.
    boolean isGone() {
        return status == 410;
    }

    /// Returns status and code.
    String reason() {
        return status + " " + code;
    }
}
