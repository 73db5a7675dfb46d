package dev.roundelay.server.account;

import io.javalin.http.Context;

/// Tells from which address a call came.
///
/// @param behindProxy whether a proxy of ours adds the address as the last one of X-Forwarded-For; else that header is
///     whatever a caller likes to claim, and is not looked at
public record ClientAddress(boolean behindProxy) {
    private static final int MAX_LENGTH = 64;

    /// Returns the address.
    public String of(Context ctx) {
        String forwarded = behindProxy ? ctx.header("X-Forwarded-For") : null;
        if (forwarded == null || forwarded.isBlank()) {
            return ctx.ip();
        }
        String last = forwarded.substring(forwarded.lastIndexOf(',') + 1).strip();
        return last.length() <= MAX_LENGTH ? last : last.substring(0, MAX_LENGTH);
    }
}
