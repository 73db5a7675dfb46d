package dev.roundelay.server.metrics;

import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.store.ServerFigures;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// `/metrics`: for a collector with the token of `--metrics-token-file`, or for an administrator. A standby answers,
/// too.
public final class MetricsResource implements Routes {
    private static final String BEARER = "Bearer ";
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final Authenticator authenticator;
    private final Optional<byte[]> token;
    private final Meters meters;

    /// @param token of a collector, if one may read
    public MetricsResource(
            Authenticator authenticator,
            Optional<String> token,
            Path dataDir,
            BooleanSupplier diskLow,
            BooleanSupplier active,
            ServerFigures figures) {
        this.authenticator = authenticator;
        this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
        this.meters = new Meters(dataDir, diskLow, active, figures::read);
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/metrics", this::scrape);
    }

    private void scrape(Context ctx) {
        if (!isCollector(ctx.header("Authorization"))) {
            authenticator.require(ctx).requireAdmin();
        }
        ctx.contentType(TEXT).result(meters.scrape());
    }

    private boolean isCollector(@Nullable String authorization) {
        return token.isPresent()
                && authorization != null
                && authorization.startsWith(BEARER)
                && MessageDigest.isEqual(
                        token.get(),
                        authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
    }
}
