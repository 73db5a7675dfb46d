package dev.roundelay.server.security;

import java.util.Locale;

/// Who knocks, with what in the hand. *Owner* is a plain user whose objects the routes name, *stranger* another one.
enum Identity {
    NOBODY,
    /// A header that is no bearer.
    MALFORMED,
    EMPTY_BEARER,
    /// An API key that never was.
    WRONG_KEY,
    REVOKED_KEY,
    /// The API key of a user who was disabled since.
    DISABLED_KEY,
    /// The secret of the owner's S3 key pair as a bearer.
    S3_SECRET,
    WRONG_SESSION,
    /// A cookie after signing out.
    ENDED_SESSION,
    /// The cookie of a user who was disabled since.
    DISABLED_SESSION,
    /// An API key that never was beside the owner's good cookie: the key decides.
    BAD_KEY_AND_COOKIE,
    STRANGER_KEY,
    STRANGER_SESSION,
    OWNER_NO_CSRF,
    /// The owner's cookie with the token of the stranger's session.
    OWNER_OTHERS_CSRF,
    OWNER_KEY,
    OWNER_SESSION,
    ADMIN_KEY,
    ADMIN_SESSION,
    /// A join token that joins workers.
    TOKEN,
    WRONG_TOKEN,
    /// A single-use token after its worker joined.
    USED_TOKEN,
    EXPIRED_TOKEN,
    REVOKED_TOKEN,
    /// The token of a user who was disabled since.
    DISABLED_TOKEN,
    /// The token of a user who was removed since.
    REMOVED_TOKEN,
    /// The worker that holds the assignment, with its current fence.
    WORKER,
    /// Another worker of the owner, which knows the fence.
    SIBLING_WORKER,
    /// A worker of the stranger, which knows the fence.
    STRANGER_WORKER,
    WRONG_WORKER,
    /// A worker that has left.
    REMOVED_WORKER,
    /// A worker whose owner was removed since.
    GONE_USER_WORKER,
    /// The holder with the fence of a former attempt.
    OLD_FENCE,
    /// The holder without a fence.
    NO_FENCE;

    /// Returns the identity of this name in a table.
    static Identity of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
