package dev.roundelay.server.http;

import dev.roundelay.kernel.job.UserId;
import java.util.Optional;

/// Looks up who a secret belongs to. Disabled users are not found. Thread-safe.
public interface Identities {
    /// A user as far as calls are concerned.
    record Identity(UserId user, String email, boolean admin) {}

    /// A signed-in session.
    ///
    /// @param csrfToken what unsafe methods must repeat
    record Session(Identity identity, String csrfToken) {}

    /// Returns the owner of an API key.
    Optional<Identity> byApiKey(String secret);

    /// Returns the session of a cookie.
    Optional<Session> bySession(String cookie);
}
