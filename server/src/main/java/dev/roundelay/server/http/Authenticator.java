package dev.roundelay.server.http;

import dev.roundelay.contract.ErrorCode;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Tells who calls: an API key in the Authorization header, else the session cookie.
public final class Authenticator {
    /// The session cookie.
    public static final String COOKIE = "roundelay_session";
    /// Prefixes of API keys.
    public static final Set<String> KEY_PREFIXES = Set.of("rsk_live_", "rsk_dev_");

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    private final Identities identities;

    public Authenticator(Identities identities) {
        this.identities = identities;
    }

    /// Returns the caller.
    ///
    /// @throws ApiException `malformed_bearer`, `invalid_api_key`, `session_required` or `csrf_required`
    public Caller require(Context ctx) {
        String authorization = ctx.header("Authorization");
        if (authorization != null) {
            return byKey(authorization);
        }
        return bySession(ctx, ctx.cookie(COOKIE));
    }

    /// Returns a question to be asked again during a long answer: whether what came with the request is still good. A
    /// key
    /// may have been revoked, a session ended.
    public BooleanSupplier standing(Context ctx) {
        String authorization = ctx.header("Authorization");
        String cookie = ctx.cookie(COOKIE);
        if (authorization == null) {
            return () -> cookie != null && identities.bySession(cookie).isPresent();
        }
        String key = authorization.replaceFirst("^Bearer ", "").strip();
        return () -> identities.byApiKey(key).isPresent();
    }

    /// Returns the caller of a route for the published client, which takes no cookie.
    public Caller requireKey(Context ctx) {
        String authorization = ctx.header("Authorization");
        if (authorization == null) {
            throw new ApiException(
                    ErrorCode.MALFORMED_BEARER,
                    "[authorization] the header is missing; send Authorization: Bearer rsk_live_…");
        }
        return byKey(authorization);
    }

    private Caller byKey(String authorization) {
        if (!authorization.startsWith("Bearer ")) {
            throw new ApiException(
                    ErrorCode.MALFORMED_BEARER, "[authorization] is no bearer; send Authorization: Bearer rsk_live_…");
        }
        String key = authorization.substring("Bearer ".length()).strip();
        if (KEY_PREFIXES.stream().noneMatch(key::startsWith)) {
            throw new ApiException(
                    ErrorCode.INVALID_API_KEY, "[authorization] this is no API key; keys begin with rsk_live_");
        }
        Identities.Identity identity = identities
                .byApiKey(key)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.INVALID_API_KEY,
                        "[authorization] the API key is not known; mint a new one in your profile"));
        return new Caller(identity.user(), identity.email(), identity.admin(), Caller.Via.API_KEY);
    }

    private Caller bySession(Context ctx, @Nullable String cookie) {
        Identities.Session session = (cookie == null
                        ? java.util.Optional.<Identities.Session>empty()
                        : identities.bySession(cookie))
                .orElseThrow(() -> new ApiException(
                        ErrorCode.SESSION_REQUIRED,
                        "[authorization] no API key and no valid session came; sign in or send a key"));
        if (!SAFE_METHODS.contains(ctx.req().getMethod())
                && !matches(session.csrfToken(), ctx.header("X-CSRF-Token"))) {
            throw new ApiException(
                    ErrorCode.CSRF_REQUIRED,
                    "[X-CSRF-Token] is missing or wrong; send the csrfToken that POST /session gave");
        }
        Identities.Identity identity = session.identity();
        return new Caller(identity.user(), identity.email(), identity.admin(), Caller.Via.SESSION);
    }

    private static boolean matches(String expected, @Nullable String given) {
        return given != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }
}
