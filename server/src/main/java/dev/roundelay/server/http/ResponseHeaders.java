package dev.roundelay.server.http;

import io.javalin.http.Context;
import java.util.Map;

/// Headers that every answer carries.
final class ResponseHeaders {
    /// Attribute that holds the id of a request.
    static final String REQUEST_ID = "roundelay.request-id";

    /// The same for every answer, unless a route has reason to set another one.
    static final Map<String, String> FIXED = Map.of(
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "X-Frame-Options", "DENY",
            "Cache-Control", "no-store",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");

    private ResponseHeaders() {}

    static void set(Context ctx) {
        String id = ctx.attribute(REQUEST_ID);
        if (id != null) {
            ctx.header("X-Request-Id", id);
        }
        FIXED.forEach(ctx::header);
    }
}
