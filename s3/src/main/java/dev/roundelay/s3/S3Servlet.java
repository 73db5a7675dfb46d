package dev.roundelay.s3;

import dev.roundelay.s3.awssdk.ClientBody;
import dev.roundelay.s3.awssdk.S3Errors;
import dev.roundelay.storage.DiskGuard;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.StorageException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.xml.stream.XMLStreamException;
import org.gaul.s3proxy.S3Operation;
import org.gaul.s3proxy.S3ProxyHandler.RequestContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/// Stands before S3Proxy's handlers and does what they do not: refuses requests without credentials, streams signed
/// bodies instead of buffering them, bounds the number of bodies in flight, and writes one audit line a request.
final class S3Servlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(S3Servlet.class);
    private static final Logger AUDIT = LoggerFactory.getLogger("dev.roundelay.s3.audit");
    private static final int DRAIN_BYTES = 64 << 20;
    private static final int UNSIGNED_DRAIN_BYTES = 64 << 10;
    private static final Duration DRAIN_TIME = Duration.ofSeconds(5);

    private final transient S3Handlers handlers;
    private final transient SignedPayload signedPayload;
    private final transient Semaphore bodies;
    private final transient Duration bodyWait;

    S3Servlet(S3Config config, S3Credentials credentials, ObjectStore objects, InstantSource clock) {
        this.handlers = new S3Handlers(config, credentials, objects);
        this.signedPayload = new SignedPayload(credentials, clock);
        this.bodies = new Semaphore(config.maxBodies(), true);
        this.bodyWait = config.bodyWait();
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getMethod().equals("GET") && request.getRequestURI().equals("/healthz")) {
            response.setContentType("text/plain");
            response.getOutputStream().write("ok\n".getBytes(StandardCharsets.US_ASCII));
            return;
        }
        // Whatever an object claims to be, a browser must neither guess its type nor run it as part of this site.
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", "sandbox; default-src 'none'");
        long started = System.nanoTime();
        var context = new RequestContext();
        var call = new S3Call(request);
        try {
            serve(call, response, context);
        } finally {
            audit(call, response, context, started);
        }
    }

    private void serve(S3Call call, HttpServletResponse response, RequestContext context) throws IOException {
        try {
            requireSupported(call);
            if (call.hasBody()) {
                handleBody(call, response, context);
            } else {
                handle(call, response, context);
            }
        } catch (AwsServiceException refused) {
            // Its place among the uploads is free again: whoever is refused could hold it with a body that never ends.
            refuse(call, response, refused);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refuse(call, response, S3Errors.error(503, "ServiceUnavailable", "the server is stopping"));
        }
    }

    private void handleBody(S3Call call, HttpServletResponse response, RequestContext context)
            throws IOException, InterruptedException {
        if (!bodies.tryAcquire(bodyWait.toMillis(), TimeUnit.MILLISECONDS)) {
            throw S3Errors.error(503, "SlowDown", "too many uploads at the same time; try again in a moment");
        }
        try {
            handle(call, response, context);
        } finally {
            bodies.release();
        }
    }

    private static void requireSupported(S3Call call) {
        if (call.isMalformed()) {
            throw S3Errors.error(
                    400, "InvalidURI", "the query has a % without two hexadecimal digits; encode it as %25");
        }
        if (call.isAnonymous()) {
            throw S3Errors.accessDenied("a request must be signed");
        }
        if (call.request().getMethod().equals("OPTIONS")) {
            throw S3Errors.notImplemented("no page of another site may use a bucket");
        }
        if (call.isSignatureV2() && call.overridesContentType()) {
            throw S3Errors.error(501, "NotImplemented", "response-content-type needs a signature of version 4");
        }
    }

    private void handle(S3Call call, HttpServletResponse response, RequestContext context) throws IOException {
        try (InputStream raw = call.request().getInputStream()) {
            var verified = signedPayload.verify(call);
            if (verified.isPresent()) {
                InputStream body = ordered(call, verified.get().checked(raw));
                handlers.handleVerified(call, verified.get().caller(), response, body, context);
            } else {
                handlers.handle(call, response, ordered(call, raw), context);
            }
        } catch (AwsServiceException refused) {
            throw refused;
        } catch (UnsupportedOperationException e) {
            throw S3Errors.error(501, "NotImplemented", "this operation is not offered here");
        } catch (IllegalArgumentException | IllegalStateException e) {
            LOG.debug("refused {} {}", call.request().getMethod(), call.path(), e);
            throw S3Errors.error(400, "InvalidRequest", String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            throw causeOf(call, e);
        }
    }

    private static InputStream ordered(S3Call call, InputStream body) {
        return call.isCompletion() ? new OrderedParts(body) : body;
    }

    /// Finds the refusal inside what a stream threw while it was read; anything else is logged and becomes a 500.
    private static AwsServiceException causeOf(S3Call call, Exception failure) {
        boolean unreadable = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AwsServiceException refused) {
                return refused;
            }
            if (cause instanceof StorageException fault) {
                return S3Errors.of(fault);
            }
            if (cause instanceof BodyPace.SlowBodyException slow) {
                return S3Errors.error(400, "RequestTimeout", String.valueOf(slow.getMessage()));
            }
            if (cause instanceof EOFException || cause instanceof TimeoutException) {
                LOG.debug("connection of {} {} broke off", call.request().getMethod(), call.path(), failure);
                return S3Errors.error(400, "IncompleteBody", "the connection broke off");
            }
            if (cause instanceof XMLStreamException
                    && call.request().getMethod().equals("GET")) {
                return S3Errors.error(
                        400,
                        "InvalidArgument",
                        "a key or a parameter holds a character that XML has no place for; ask with encoding-type=url");
            }
            unreadable |= cause instanceof ClientBody.UnreadableException;
        }
        if (lacksAPart(call, failure)) {
            LOG.debug("{} {} lacks a part", call.request().getMethod(), call.path(), failure);
            return S3Errors.error(
                    400,
                    "InvalidRequest",
                    "the path, document or head lacks a part that this operation needs, such as the key");
        }
        if (unreadable) {
            LOG.debug("body of {} {} cannot be read", call.request().getMethod(), call.path(), failure);
            return S3Errors.error(
                    400, "IncompleteBody", "the chunks of the body do not follow the framing that its head announces");
        }
        if (DiskGuard.isExhausted(failure)) {
            return S3Errors.error(
                    507,
                    "InsufficientStorage",
                    "[disk] it is full; free disk on the server's machine, or ask its operator to");
        }
        LOG.error("[s3 {} {}] failed", call.request().getMethod(), call.path(), failure);
        return S3Errors.error(500, "InternalError", "the server failed; see its log");
    }

    /// S3Proxy takes the parts of a path or document as if they were always there. A JVM leaves the trace out of an
    /// exception
    /// that it
    /// has thrown often.
    private static boolean lacksAPart(S3Call call, Exception failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return (failure instanceof NullPointerException || failure instanceof ArrayIndexOutOfBoundsException)
                && Set.of("PUT", "POST").contains(call.request().getMethod())
                && (trace.length == 0 || trace[0].getClassName().startsWith("org.gaul.s3proxy."));
    }

    private void refuse(S3Call call, HttpServletResponse response, AwsServiceException refused) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        handlers.refuse(call, response, refused);
        drain(call);
    }

    /// Reads on for a while after a refusal, so that a client that sends its whole body first reads the answer instead
    /// of a reset connection. One that waits for 100 Continue has read the answer by now and goes away.
    private static void drain(S3Call call) {
        if (!call.hasBody()) {
            return;
        }
        long deadline = System.nanoTime() + DRAIN_TIME.toNanos();
        byte[] buffer = new byte[UNSIGNED_DRAIN_BYTES];
        long left = call.isAnonymous() ? UNSIGNED_DRAIN_BYTES : DRAIN_BYTES;
        try {
            InputStream body = call.request().getInputStream();
            while (left > 0 && System.nanoTime() < deadline) {
                int count = body.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (count < 0) {
                    return;
                }
                left -= count;
            }
        } catch (IOException ended) {
            LOG.trace("body ended", ended);
        }
    }

    private static String operationOf(RequestContext context) {
        S3Operation operation = context.getOperation();
        return operation == null ? "-" : operation.getValue();
    }

    private static void audit(S3Call call, HttpServletResponse response, RequestContext context, long started) {
        AUDIT.info(
                "key={} operation={} path={} status={} bytes={} ms={}",
                call.shownKeyId(),
                operationOf(context),
                call.path(),
                response.getStatus(),
                call.hasBody() ? call.request().getContentLengthLong() : call.bytesSent(response),
                (System.nanoTime() - started) / 1_000_000);
    }
}
