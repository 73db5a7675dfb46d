package dev.roundelay.server.http;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.kernel.job.UserId;

/// Who calls, and how that was proven.
///
/// @param admin whether the role is `admin`
/// @param via   what came with the request
public record Caller(UserId user, String email, boolean admin, Via via) {
    /// How a caller is known.
    public enum Via {
        API_KEY,
        SESSION
    }

    /// @throws ApiException `session_only` if an API key came with the request
    public Caller requireSession() {
        if (via != Via.SESSION) {
            throw new ApiException(
                    ErrorCode.SESSION_ONLY,
                    "[authorization] this needs a signed-in session; an API key is not enough, sign in");
        }
        return this;
    }

    /// @throws ApiException `role_required`
    public Caller requireAdmin() {
        if (!admin) {
            throw new ApiException(
                    ErrorCode.ROLE_REQUIRED, "[authorization] this needs the role admin; ask an administrator");
        }
        return this;
    }
}
