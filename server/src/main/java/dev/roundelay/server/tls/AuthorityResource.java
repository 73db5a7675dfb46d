package dev.roundelay.server.tls;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Optional;

/// `/ca.crt` and `/ca.pem`: the certificate of the server's own authority, open to everybody. Who fetches it trusts
/// nothing yet, and compares its fingerprint with what came another way.
public final class AuthorityResource implements Routes {
    private final Optional<PublicAuthority> authority;

    /// @param authority empty where the server has no authority of its own
    public AuthorityResource(Optional<PublicAuthority> authority) {
        this.authority = authority;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(
                "/ca.crt",
                ctx -> ctx.contentType("application/pkix-cert")
                        .result(require(ctx).certificate()));
        routes.get(
                "/ca.pem",
                ctx -> ctx.contentType("application/x-pem-file")
                        .result(require(ctx).pem()));
    }

    private PublicAuthority require(Context ctx) {
        return authority.orElseThrow(() -> new ApiException(
                ErrorCode.NOT_FOUND,
                "[%s] this server has no authority of its own; start it with --tls-auto, or ask who runs it for the authority of its certificate"
                        .formatted(ctx.path())));
    }
}
