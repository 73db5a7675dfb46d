package dev.roundelay.server.http;

import dev.roundelay.contract.ErrorCode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// Health, readiness and the API's document.
public final class OpsResource implements Routes {
    private final BooleanSupplier active;
    private final BooleanSupplier database;

    /// @param active   whether this server is the active one
    /// @param database whether the database answers now
    public OpsResource(BooleanSupplier active, BooleanSupplier database) {
        this.active = active;
        this.database = database;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/healthz", ctx -> Requests.json(ctx, Map.of("status", "alive")));
        routes.get("/readyz", this::ready);
        routes.get("/openapi.yaml", OpsResource::openapi);
    }

    private void ready(Context ctx) {
        if (!database.getAsBoolean()) {
            throw new ApiException(ErrorCode.NOT_ACTIVE, "[database] it does not answer; look at its log");
        }
        if (!active.getAsBoolean()) {
            throw new ApiException(ErrorCode.NOT_ACTIVE, "[server] it is a standby; ask the active one");
        }
        Requests.json(ctx, Map.of("status", "ready"));
    }

    private static void openapi(Context ctx) throws IOException {
        try (InputStream in = OpsResource.class.getResourceAsStream("/openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("openapi.yaml is missing from the build");
            }
            ctx.contentType("application/yaml").result(in.readAllBytes());
        }
    }
}
