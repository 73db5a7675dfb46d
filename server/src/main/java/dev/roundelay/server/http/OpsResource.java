package dev.roundelay.server.http;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.active.Standing;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Health, readiness and the API's document.
public final class OpsResource implements Routes {
    private final Supplier<Standing> standing;
    private final BooleanSupplier database;
    private final BooleanSupplier diskLow;

    /// @param standing whether this server serves
    /// @param database whether the database answers now
    /// @param diskLow  whether too little disk is free for new work
    public OpsResource(Supplier<Standing> standing, BooleanSupplier database, BooleanSupplier diskLow) {
        this.standing = standing;
        this.database = database;
        this.diskLow = diskLow;
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
        Standing now = standing.get();
        if (now != Standing.SERVES) {
            throw new ApiException(ErrorCode.NOT_ACTIVE, "[server] " + now.words());
        }
        // Still ready: workers, running jobs and downloads go on, so nobody may be sent elsewhere.
        Requests.json(ctx, Map.of("status", "ready", "disk", diskLow.getAsBoolean() ? "low" : "ok"));
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
