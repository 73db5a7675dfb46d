package dev.roundelay.server.workerapi;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.RegisterReply;
import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.contract.worker.SyncReply;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.store.JdbcWorkerTokens;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// Joining, the parked sync, leaving.
final class WorkerResource implements Routes {
    private static final double MAX_WAIT_SECONDS = 30;

    private final WorkerAuth auth;
    private final JoinWorker join;
    private final WorkerSync sync;
    private final Kernel kernel;
    private final JdbcWorkerTokens tokens;

    WorkerResource(WorkerAuth auth, JoinWorker join, WorkerSync sync, Kernel kernel, JdbcWorkerTokens tokens) {
        this.auth = auth;
        this.join = join;
        this.sync = sync;
        this.kernel = kernel;
        this.tokens = tokens;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post("/worker/v1/register", this::join);
        routes.post("/worker/v1/sync", this::sync);
        routes.delete("/worker/v1/self", this::leave);
    }

    private void join(Context ctx) {
        JdbcWorkerTokens.Token token = auth.requireToken(ctx.header("Authorization"));
        RegisterRequest request = Requests.body(ctx, RegisterRequest.class);
        RegisterReply reply = join.join(token, ctx.header("Idempotency-Key"), request);
        // A repeated join ends the secret of the lost reply, which somebody may have used meanwhile.
        auth.forget(new WorkerId(reply.workerId()));
        Requests.json(ctx, 201, reply);
    }

    private void sync(Context ctx) {
        WorkerId worker = auth.require(ctx.header("Authorization"));
        SyncRequest request = Requests.lenientBody(ctx, SyncRequest.class);
        CompletableFuture<SyncReply> reply = sync.sync(worker, request, wait(ctx));
        if (reply.isDone()) {
            Requests.json(ctx, reply.join());
        } else {
            ctx.future(() -> reply.thenAccept(news -> Requests.json(ctx, news)));
        }
    }

    private static Duration wait(Context ctx) {
        String text = ctx.queryParam("wait");
        try {
            double seconds = text == null ? 0 : Double.parseDouble(text);
            return Duration.ofMillis((long) (1000 * Math.clamp(seconds, 0, MAX_WAIT_SECONDS)));
        } catch (NumberFormatException e) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_REQUEST, "[wait] \"%s\" is no number of seconds".formatted(text));
        }
    }

    private void leave(Context ctx) {
        WorkerId worker = auth.require(ctx.header("Authorization"));
        kernel.remove(worker, "worker");
        tokens.removeSecret(worker);
        auth.forget(worker);
        sync.forget(worker);
        ctx.status(204);
    }
}
