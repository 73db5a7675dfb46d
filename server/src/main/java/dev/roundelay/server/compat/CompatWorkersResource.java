package dev.roundelay.server.compat;

import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.WorkerStatus;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.workers.WorkerMapper;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/// The workers that a caller may use, as the published client knows them.
public final class CompatWorkersResource implements Routes {
    private final Authenticator authenticator;
    private final Kernel kernel;
    private final CompatShapes shapes;

    public CompatWorkersResource(Authenticator authenticator, Kernel kernel, CompatShapes shapes) {
        this.authenticator = authenticator;
        this.kernel = kernel;
        this.shapes = shapes;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/api/gpu-catalog", ctx -> Requests.json(ctx, WorkerMapper.catalog(usable(ctx))));
        routes.get("/api/customer/dashboard/workers/stats", ctx -> Requests.json(ctx, shapes.stats(usable(ctx))));
    }

    private List<WorkerStatus> usable(Context ctx) {
        Caller caller = authenticator.requireKey(ctx);
        return kernel.view().workers().stream()
                .filter(status -> status.worker().serves(caller.user()))
                .toList();
    }
}
