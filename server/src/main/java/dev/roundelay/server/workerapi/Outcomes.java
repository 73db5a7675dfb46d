package dev.roundelay.server.workerapi;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.federation.Acceptance;
import io.javalin.http.Context;

/// Answers what became of something that a worker sent.
final class Outcomes {
    private Outcomes() {}

    /// Answers 204, or throws what the worker must know.
    static void answer(Context ctx, Acceptance acceptance) {
        switch (acceptance) {
            case Acceptance.Accepted(), Acceptance.AlreadyAccepted() -> ctx.status(204);
            case Acceptance.StaleFence() ->
                throw new WorkerCallException(
                        ErrorCode.STALE_FENCE, "[assignment] the fence is not the current one; stop the harness");
            case Acceptance.RoundClosed(int round) ->
                throw new WorkerCallException(
                        ErrorCode.ROUND_CLOSED,
                        "[round %d] it takes no updates now; go on with the next step".formatted(round));
            case Acceptance.Damaged(String message) ->
                throw new WorkerCallException(ErrorCode.CHECKSUM_MISMATCH, message);
            case Acceptance.Invalid(var failure) ->
                throw new WorkerCallException(ErrorCode.INVALID_UPDATE, failure.message());
        }
    }
}
