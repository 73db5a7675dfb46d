package dev.roundelay.server.bucket;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.storage.Precondition;
import io.javalin.http.Context;

/// What a request asks of the object that it would write over.
public final class Conditions {
    private Conditions() {}

    /// Returns the conditions of the headers If-Match and If-None-Match, none where they are absent.
    ///
    /// @throws ApiException `invalid_request` where one holds no ETag
    public static Precondition of(Context ctx) {
        try {
            return Precondition.parse(ctx.header("If-Match"), ctx.header("If-None-Match"));
        } catch (IllegalArgumentException e) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[If-Match, If-None-Match] holds no ETag; send the one that a read gave, in quotes, or *");
        }
    }
}
