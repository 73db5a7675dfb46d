package dev.roundelay.server.workers;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.WorkerJob;
import dev.roundelay.contract.worker.WorkerView;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelImage;
import dev.roundelay.kernel.Registered;
import dev.roundelay.kernel.WorkerStatus;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerPatch;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.store.JdbcWorkerTokens;
import dev.roundelay.server.workerapi.TelemetryHistory;
import dev.roundelay.server.workerapi.WorkerAuth;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One's own and the shared workers.
public final class WorkersResource implements Routes {
    private static final String PATH = "/api/v1/workers";

    private final Authenticator authenticator;
    private final Kernel kernel;
    private final JdbcWorkerTokens tokens;
    private final WorkerAuth auth;
    private final TelemetryHistory telemetry;

    public WorkersResource(
            Authenticator authenticator,
            Kernel kernel,
            JdbcWorkerTokens tokens,
            WorkerAuth auth,
            TelemetryHistory telemetry) {
        this.authenticator = authenticator;
        this.kernel = kernel;
        this.tokens = tokens;
        this.auth = auth;
        this.telemetry = telemetry;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.get(PATH + "/{id}", ctx -> Requests.json(ctx, view(ctx)));
        routes.patch(PATH + "/{id}", this::update);
        routes.delete(PATH + "/{id}", this::remove);
        routes.post(PATH + "/{id}/drain", this::drain);
        routes.post(PATH + "/{id}/undrain", this::undrain);
        routes.get(PATH + "/{id}/telemetry", this::telemetry);
        routes.get("/api/v1/gpu-catalog", this::catalog);
    }

    private void list(Context ctx) {
        Caller caller = authenticator.require(ctx);
        Requests.json(
                ctx,
                Requests.slice(ctx)
                        .of(visible(caller).stream()
                                .map(status -> view(caller, status))
                                .toList()));
    }

    private void catalog(Context ctx) {
        Caller caller = authenticator.require(ctx);
        Requests.json(ctx, Map.of("items", WorkerMapper.catalog(visible(caller))));
    }

    /// Returns the workers that a caller may see.
    private List<WorkerStatus> visible(Caller caller) {
        return kernel.view().workers().stream()
                .filter(status -> caller.admin() || status.worker().serves(caller.user()))
                .toList();
    }

    private WorkerView view(Context ctx) {
        return view(authenticator.require(ctx), visible(ctx));
    }

    private WorkerView view(Caller caller, WorkerStatus status) {
        KernelImage image = kernel.view().image();
        List<WorkerJob> jobs = image.live(status.worker().id()).stream()
                .map(Assignment::jobId)
                .distinct()
                .flatMap(id -> image.job(id).stream())
                .filter(job -> caller.admin() || job.ownerId().equals(caller.user()))
                .map(job -> new WorkerJob(job.id().value(), job.name()))
                .toList();
        return WorkerMapper.view(status, jobs);
    }

    private void telemetry(Context ctx) {
        Requests.json(ctx, Map.of("items", telemetry.of(visible(ctx).worker().id())));
    }

    private WorkerStatus visible(Context ctx) {
        Caller caller = authenticator.require(ctx);
        String id = ctx.pathParam("id");
        return visible(caller).stream()
                .filter(status -> status.worker().id().value().equals(id))
                .findFirst()
                .orElseThrow(() -> ApiException.notFound("worker", id));
    }

    /// Returns a worker that the caller may change: one's own, and for administrators any.
    private WorkerStatus owned(Context ctx) {
        Caller caller = authenticator.require(ctx);
        WorkerStatus status = visible(ctx);
        if (!caller.admin() && !status.worker().ownerId().equals(caller.user())) {
            throw new ApiException(
                    ErrorCode.ROLE_REQUIRED,
                    "[worker %s] it is shared by its owner; only the owner or an administrator can change it"
                            .formatted(status.worker().id()));
        }
        return status;
    }

    private void update(Context ctx) {
        Caller caller = authenticator.require(ctx);
        WorkerStatus status = owned(ctx);
        var patch = Requests.body(ctx, dev.roundelay.contract.worker.WorkerPatch.class);
        if (patch.shared() != null) {
            caller.requireSession().requireAdmin();
        }
        Integer price = patch.pricePerGpuHourCents();
        if (price != null && price < 0) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[pricePerGpuHourCents] is negative; use 0 or more");
        }
        String name = patch.name();
        if (name != null && (name.isBlank() || name.length() > 100)) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[name] has 1 to 100 characters; choose another one");
        }
        Optional<Registered> outcome = kernel.update(
                status.worker().id(),
                new WorkerPatch(
                        Optional.ofNullable(name),
                        Optional.ofNullable(price),
                        Optional.ofNullable(patch.labels()),
                        Optional.ofNullable(patch.shared())));
        if (outcome.orElse(null) instanceof Registered.NameTaken) {
            throw new ApiException(
                    ErrorCode.NAME_TAKEN, "[name] you have another worker of this name; choose another one");
        }
        Requests.json(ctx, view(ctx));
    }

    private void remove(Context ctx) {
        Caller caller = authenticator.require(ctx);
        remove(owned(ctx).worker().id(), caller.user());
        ctx.status(204);
    }

    private void remove(WorkerId id, UserId actor) {
        kernel.remove(id, actor.value());
        tokens.removeSecret(id);
        auth.forget(id);
        telemetry.forget(id);
    }

    /// Removes a user's join tokens and workers; none is no error.
    public void removeAll(UserId owner, UserId actor) {
        tokens.list(owner).forEach(token -> tokens.remove(owner, token.id()));
        kernel.view().workers().stream()
                .filter(status -> status.worker().ownerId().equals(owner))
                .forEach(status -> remove(status.worker().id(), actor));
    }

    private void drain(Context ctx) {
        Caller caller = authenticator.require(ctx);
        kernel.drain(owned(ctx).worker().id(), caller.user().value());
        Requests.json(ctx, view(ctx));
    }

    private void undrain(Context ctx) {
        Caller caller = authenticator.require(ctx);
        kernel.undrain(owned(ctx).worker().id(), caller.user().value());
        Requests.json(ctx, view(ctx));
    }
}
