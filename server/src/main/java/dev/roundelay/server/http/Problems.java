package dev.roundelay.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.Problem;
import dev.roundelay.federation.RoundNotKeptException;
import dev.roundelay.kernel.KernelException;
import dev.roundelay.s3.BodyPace;
import dev.roundelay.server.jobs.RefusedException;
import dev.roundelay.server.store.StoreFaults;
import dev.roundelay.server.workerapi.WorkerCallException;
import dev.roundelay.storage.DiskGuard;
import dev.roundelay.storage.QuotaExceededException;
import dev.roundelay.storage.StorageException;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.io.EofException;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns what went wrong into an answer. The faults of the inner rooms are mapped here and nowhere else.
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    /// Of a byte that is no character, and of a character that JSON may hold and a text may not.
    private static final Set<String> NUL_STATES = Set.of("22021", "22P05");

    private Problems() {}

    /// Answers with the problem that an exception stands for.
    static void answer(Context ctx, Exception exception) {
        switch (exception) {
            case ApiException e -> answer(ctx, e.code(), message(e), e.details());
            case WorkerCallException e -> answer(ctx, e.code(), message(e), Map.of());
            case RefusedException e ->
                answer(
                        ctx,
                        e.problems().getFirst().code(),
                        message(e),
                        Map.of(
                                "problems",
                                e.problems().stream()
                                        .map(p -> Map.of("code", p.code().toString(), "message", p.message()))
                                        .toList()));
            case QuotaExceededException e ->
                answer(
                        ctx,
                        ErrorCode.STORAGE_QUOTA_EXCEEDED,
                        message(e),
                        Map.of("usedBytes", e.usedBytes(), "quotaBytes", e.quotaBytes()));
            case StorageException e -> answer(ctx, code(e), message(e), Map.of());
            case RoundNotKeptException e -> answer(ctx, ErrorCode.ROUND_NOT_KEPT, message(e), Map.of());
            case KernelException e -> notActive(ctx, e);
            case JdbiException e when StoreFaults.isAway(e) -> notActive(ctx, e);
            case JdbiException e
            when holdsNul(e) ->
                answer(
                        ctx,
                        ErrorCode.INVALID_REQUEST,
                        "[request] a text in it holds the character NUL, which cannot be stored; leave it out",
                        Map.of());
            case HttpResponseException e -> answer(ctx, code(e), message(e), Map.of());
            case IOException e
            when slowBody(e).isPresent() ->
                answer(ctx, ErrorCode.BODY_TOO_SLOW, message(slowBody(e).get()), Map.of());
            case IOException e when DiskGuard.isExhausted(e) -> diskFull(ctx);
            // Of an answer that came later, from another thread.
            case CompletionException e when e.getCause() instanceof Exception cause -> answer(ctx, cause);
            case EofException _ -> LOG.debug("the caller of {} has gone", ctx.path());
            default -> internal(ctx, exception);
        }
    }

    private static Optional<BodyPace.SlowBodyException> slowBody(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyPace.SlowBodyException slow) {
                return Optional.of(slow);
            }
        }
        return Optional.empty();
    }

    private static ErrorCode code(StorageException e) {
        return switch (e.fault()) {
            case INVALID_KEY -> ErrorCode.INVALID_KEY;
            case PRECONDITION_FAILED -> ErrorCode.PRECONDITION_FAILED;
            case NO_SUCH_BUCKET, NO_SUCH_KEY, NO_SUCH_UPLOAD, NO_SUCH_BLOB -> ErrorCode.NOT_FOUND;
            case INCOMPLETE_BODY, INVALID_PART -> ErrorCode.UPLOAD_INCOMPLETE;
            case QUOTA_EXCEEDED -> ErrorCode.STORAGE_QUOTA_EXCEEDED;
            case DISK_FULL -> ErrorCode.INSUFFICIENT_STORAGE;
            default -> ErrorCode.INVALID_REQUEST;
        };
    }

    private static ErrorCode code(HttpResponseException e) {
        return switch (e.getStatus()) {
            case 404 -> ErrorCode.NO_SUCH_ROUTE;
            case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 413 -> ErrorCode.TOO_LARGE;
            default -> ErrorCode.INVALID_REQUEST;
        };
    }

    /// PostgreSQL keeps no NUL in texts, and says so before it looks for anything.
    private static boolean holdsNul(JdbiException e) {
        return e.getCause() instanceof SQLException cause && NUL_STATES.contains(cause.getSQLState());
    }

    private static void notActive(Context ctx, RuntimeException e) {
        LOG.info("{} was refused: {}", ctx.path(), e.getMessage());
        ctx.header("Retry-After", "1");
        answer(
                ctx,
                ErrorCode.NOT_ACTIVE,
                "[server] it is not the active one, or its database does not answer; try again in a second",
                Map.of());
    }

    private static void diskFull(Context ctx) {
        LOG.info("{} was refused: the disk is full", ctx.path());
        answer(
                ctx,
                ErrorCode.INSUFFICIENT_STORAGE,
                "[disk] it is full; free disk on the server's machine, or ask its operator to",
                Map.of());
    }

    private static void internal(Context ctx, Exception exception) {
        if (exception instanceof IOException && ctx.res().isCommitted()) {
            LOG.debug("the answer to {} could not be sent: {}", ctx.path(), exception.toString());
            return;
        }
        LOG.error("request {} failed: {} {}", requestId(ctx), ctx.method(), ctx.path(), exception);
        answer(
                ctx,
                ErrorCode.INTERNAL,
                "[server] a bug; tell the operator the request id %s".formatted(requestId(ctx)),
                Map.of());
    }

    private static String message(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    static void answer(Context ctx, ErrorCode code, String message, Map<String, Object> details) {
        if (ctx.res().isCommitted()) {
            return;
        }
        Problem problem = new Problem(code.toString(), message, code.hint(), requestId(ctx), details);
        try {
            // Content-Length may have been set for the good answer.
            ctx.res().reset();
            ResponseHeaders.set(ctx);
            if (code == ErrorCode.NOT_ACTIVE) {
                ctx.header("Retry-After", "1");
            }
            ctx.status(code.status())
                    .contentType("application/problem+json")
                    .result(Json.strict().writeValueAsBytes(problem));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem must be writable as JSON", e);
        }
    }

    private static String requestId(Context ctx) {
        String id = ctx.attribute(ResponseHeaders.REQUEST_ID);
        return id == null ? "" : id;
    }
}
