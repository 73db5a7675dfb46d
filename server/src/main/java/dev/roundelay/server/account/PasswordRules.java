package dev.roundelay.server.account;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.http.ApiException;
import org.jspecify.annotations.Nullable;

/// What a password must be: long enough; what it is made of is its owner's business.
final class PasswordRules {
    /// Longest password that is taken: hashing must not become a way to keep the server busy.
    private static final int MAX_LENGTH = 200;

    private PasswordRules() {}

    /// Returns a password that may be set.
    ///
    /// @throws ApiException `invalid_request`
    static String require(@Nullable String password) {
        int length = password == null ? 0 : password.length();
        if (password == null || length < Passwords.MIN_LENGTH || length > MAX_LENGTH) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[password] has %d characters; use %d to %d".formatted(length, Passwords.MIN_LENGTH, MAX_LENGTH));
        }
        return password;
    }
}
