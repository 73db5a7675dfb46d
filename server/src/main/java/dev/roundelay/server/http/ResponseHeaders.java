package dev.roundelay.server.http;

import io.javalin.http.Context;

/// Headers that every answer carries.
final class ResponseHeaders {
    /// Attribute that holds the id of a request.
    static final String REQUEST_ID = "roundelay.request-id";

    private static final String POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

    private ResponseHeaders() {}

    static void set(Context ctx) {
        String id = ctx.attribute(REQUEST_ID);
        if (id != null) {
            ctx.header("X-Request-Id", id);
        }
        ctx.header("X-Content-Type-Options", "nosniff");
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("X-Frame-Options", "DENY");
        ctx.header("Cache-Control", "no-store");
        ctx.header("Content-Security-Policy", POLICY);
    }
}
