package dev.roundelay.worker.client;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Problem;

/// The server answered and refused: repeating the same call is of no use.
public final class RefusedException extends Exception {
    private final int status;
    private final transient Problem problem;

    RefusedException(int status, Problem problem) {
        super(text(problem));
        this.status = status;
        this.problem = problem;
    }

    /// Makes one as a server with that code and message would.
    public static RefusedException of(int status, ErrorCode code, String message) {
        return new RefusedException(status, new Problem(code.toString(), message, null, null, null));
    }

    /// Returns the HTTP status, 400 to 499.
    public int status() {
        return status;
    }

    /// Returns the body of the answer.
    public Problem problem() {
        return problem;
    }

    /// Returns whether the answer has this code.
    public boolean is(ErrorCode code) {
        return code.toString().equals(problem.code());
    }

    /// Returns whether the assignment is no longer this worker's: its fence is stale or it is unknown.
    public boolean endsAssignment() {
        return is(ErrorCode.STALE_FENCE) || status == 404;
    }

    private static String text(Problem problem) {
        return problem.requestId() == null
                ? problem.message()
                : problem.message() + " (request " + problem.requestId() + ")";
    }
}
