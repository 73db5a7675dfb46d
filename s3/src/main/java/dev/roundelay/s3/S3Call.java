package dev.roundelay.s3;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One request and what its head says about it. Parameters come from the query string only.
final class S3Call {
    private static final Pattern V4_KEY = Pattern.compile("Credential=([^/,\\s]+)/");
    private static final Pattern KEY_ID = Pattern.compile("[A-Z0-9]{1,32}");
    private static final Pattern V2_KEY = Pattern.compile("AWS ([^:\\s]+):.*");

    private final QueryParameters request;

    S3Call(HttpServletRequest request) {
        this.request = new QueryParameters(request);
    }

    /// Returns the request with every query parameter, as its signature covers them.
    HttpServletRequest request() {
        return request;
    }

    /// Returns the request without the parameter by which a link could choose the type of what it shows.
    HttpServletRequest servedRequest() {
        return request.without("response-content-type");
    }

    /// Tells whether the query cannot be decoded; its parameters are then as they were sent.
    boolean isMalformed() {
        return request.isMalformed();
    }

    String path() {
        return request.getRequestURI();
    }

    boolean hasBody() {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }

    boolean isAnonymous() {
        return !isSignedByHeader()
                && request.getParameter("X-Amz-Algorithm") == null
                && request.getParameter("AWSAccessKeyId") == null;
    }

    /// A bearer, as an API takes it, is no signature.
    private boolean isSignedByHeader() {
        String header = authorization();
        return header != null && header.startsWith("AWS");
    }

    boolean isSignatureV2() {
        String header = authorization();
        return header == null ? request.getParameter("AWSAccessKeyId") != null : header.startsWith("AWS ");
    }

    boolean overridesContentType() {
        return request.getParameter("response-content-type") != null;
    }

    /// Tells whether the body is the list of parts of a CompleteMultipartUpload.
    boolean isCompletion() {
        return request.getMethod().equals("POST")
                && request.getParameter("uploadId") != null
                && request.getParameter("partNumber") == null;
    }

    @Nullable
    String authorization() {
        return request.getHeader("Authorization");
    }

    Optional<String> accessKeyId() {
        String header = authorization();
        if (header != null) {
            Matcher key = header.startsWith("AWS4") ? V4_KEY.matcher(header) : V2_KEY.matcher(header);
            return key.find() ? Optional.of(key.group(1)) : Optional.empty();
        }
        String credential = request.getParameter("X-Amz-Credential");
        if (credential != null) {
            return Optional.of(credential.substring(0, Math.max(0, credential.indexOf('/'))));
        }
        return Optional.ofNullable(request.getParameter("AWSAccessKeyId"));
    }

    /// Returns the access key id for a log. People paste secrets in its place: nothing but what looks like an id is
    /// shown.
    String shownKeyId() {
        return accessKeyId().filter(id -> KEY_ID.matcher(id).matches()).orElse("-");
    }

    String bytesSent(HttpServletResponse response) {
        String length = response.getHeader("Content-Length");
        return length == null ? "-" : length;
    }
}
