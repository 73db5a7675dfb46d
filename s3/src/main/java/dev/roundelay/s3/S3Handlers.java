package dev.roundelay.s3;

import dev.roundelay.s3.awssdk.BucketAdapter;
import dev.roundelay.s3.awssdk.S3Errors;
import dev.roundelay.storage.ObjectStore;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.CharArrayWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.S3ProxyHandler;
import org.gaul.s3proxy.S3ProxyHandler.RequestContext;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/// The two S3Proxy handlers: one that checks signatures itself, and one for calls whose signature [SignedPayload] has
/// checked already.
final class S3Handlers {
    private static final long MAX_BUFFERED_BYTES = 8 << 20;
    private static final int MAX_CHUNK_BYTES = 4 << 20;
    private static final int MAX_SKEW_SECONDS = 15 * 60;
    private static final int REPLACEMENT = 0xFFFD;

    private static final ScopedValue<S3KeyPair> CALLER = ScopedValue.newInstance();
    private static final ScopedValue<OwnBucketResponse> LOCATION = ScopedValue.newInstance();

    private final Handler checking;
    private final Handler trusting;

    S3Handlers(S3Config config, S3Credentials credentials, ObjectStore objects) {
        this.checking = new Handler(config, AuthenticationType.AWS_V2_OR_V4, objects);
        checking.setBlobStoreLocator((accessKeyId, bucket, _) -> {
            var caller =
                    accessKeyId == null ? null : credentials.find(accessKeyId).orElse(null);
            return caller == null ? null : new AccessGrant(caller.secretAccessKey(), adapter(objects, caller, bucket));
        });
        this.trusting = new Handler(config, AuthenticationType.NONE, objects);
        trusting.setBlobStoreLocator((_, bucket, _) -> AccessGrant.anonymous(adapter(objects, CALLER.get(), bucket)));
    }

    private static BucketAdapter adapter(ObjectStore objects, S3KeyPair caller, @Nullable String bucket) {
        var adapter = new BucketAdapter(objects, caller);
        // The handler answers GetBucketLocation without asking the store. It asks here before it has checked the
        // signature: whoever knows no secret must not learn whose bucket it is.
        if (LOCATION.isBound() && bucket != null) {
            LOCATION.get().beforeAnswer(() -> adapter.requireOwn(bucket));
        }
        return adapter;
    }

    /// Serves a call whose signature is yet to be checked.
    void handle(S3Call call, HttpServletResponse response, InputStream body, RequestContext context)
            throws IOException {
        serve(checking, call, response, body, context);
    }

    /// Serves a call that `caller` has signed; only the payload is yet to be checked, by `body` itself.
    void handleVerified(
            S3Call call, S3KeyPair caller, HttpServletResponse response, InputStream body, RequestContext context)
            throws IOException {
        ScopedValue.where(CALLER, caller).call(() -> {
            serve(trusting, call, response, body, context);
            return Boolean.TRUE;
        });
    }

    private static void serve(
            Handler handler, S3Call call, HttpServletResponse response, InputStream body, RequestContext context)
            throws IOException {
        if (!call.request().getMethod().equals("GET")) {
            handler.doHandle(call.request(), servedRequest(call), response, body, context);
            return;
        }
        if (call.request().getParameter("location") == null) {
            var whole = new WholeDocumentResponse(response);
            handler.doHandle(call.request(), servedRequest(call), whole, body, context);
            whole.send();
            return;
        }
        var own = new OwnBucketResponse(response);
        ScopedValue.where(LOCATION, own).call(() -> {
            handler.doHandle(call.request(), servedRequest(call), own, body, context);
            return Boolean.TRUE;
        });
    }

    private static HttpServletRequest servedRequest(S3Call call) {
        return call.isSignatureV2() ? call.request() : call.servedRequest();
    }

    /// Writes an error as S3 does: a bare status for 304, else a document.
    void refuse(S3Call call, HttpServletResponse response, AwsServiceException refused) throws IOException {
        var details = refused.awsErrorDetails();
        if (details != null && details.sdkHttpResponse() != null) {
            details.sdkHttpResponse().firstMatchingHeader("ETag").ifPresent(tag -> response.setHeader("ETag", tag));
        }
        if (refused.statusCode() == HttpServletResponse.SC_NOT_MODIFIED) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        AwsServiceException named = details == null
                        || details.errorCode() == null
                        || details.errorCode().isEmpty()
                ? S3Errors.error(refused.statusCode(), "InternalError", "the request failed")
                : refused;
        checking.writeError(call.request(), response, named);
    }

    /// An answer that begins only if a check passes, which is then later than that of the signature.
    private static final class OwnBucketResponse extends HttpServletResponseWrapper {
        private Runnable check = () -> {};

        OwnBucketResponse(HttpServletResponse response) {
            super(response);
        }

        void beforeAnswer(Runnable passes) {
            check = passes;
        }

        @Override
        public PrintWriter getWriter() throws IOException {
            check.run();
            return super.getWriter();
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            check.run();
            return super.getOutputStream();
        }
    }

    /// An answer whose document is sent when all of it is written: one that breaks off becomes an error, not half a
    /// document. Contents of objects go through as they are.
    private static final class WholeDocumentResponse extends HttpServletResponseWrapper {
        private @Nullable CharArrayWriter document;

        WholeDocumentResponse(HttpServletResponse response) {
            super(response);
        }

        @Override
        public PrintWriter getWriter() {
            CharArrayWriter begun = new CharArrayWriter();
            document = begun;
            return new PrintWriter(begun);
        }

        void send() throws IOException {
            if (document != null) {
                document.writeTo(super.getWriter());
            }
        }
    }

    /// S3Proxy's handler, opened up for the writing of errors.
    private static final class Handler extends S3ProxyHandler {
        Handler(S3Config config, AuthenticationType authentication, ObjectStore objects) {
            super(
                    BucketAdapter.denyingAll(objects),
                    authentication,
                    "unused",
                    "unused",
                    null,
                    config.maxObjectSize(),
                    MAX_BUFFERED_BYTES,
                    MAX_CHUNK_BYTES,
                    /* ignoreUnknownHeaders= */ false,
                    /* corsRules= */ null,
                    "",
                    MAX_SKEW_SECONDS);
        }

        void writeError(HttpServletRequest request, HttpServletResponse response, AwsServiceException refused)
                throws IOException {
            String message = refused.awsErrorDetails().errorMessage();
            sendSimpleErrorResponse(
                    request,
                    response,
                    refused.awsErrorDetails().errorCode(),
                    refused.statusCode(),
                    message == null ? "" : shown(message),
                    Map.of());
        }

        // A message may name a key, and a key may hold what no XML document can.
        private static String shown(String message) {
            StringBuilder text = new StringBuilder();
            message.codePoints().map(c -> isXml(c) ? c : REPLACEMENT).forEach(text::appendCodePoint);
            return text.toString();
        }

        private static boolean isXml(int c) {
            return c == '\t'
                    || c == '\n'
                    || c == '\r'
                    || c >= ' ' && !Character.isSurrogate((char) c) && c < 0xFFFE
                    || c >= Character.MIN_SUPPLEMENTARY_CODE_POINT;
        }
    }
}
