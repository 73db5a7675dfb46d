package dev.roundelay.server.compat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.kernel.JobPage;
import dev.roundelay.kernel.JobQuery;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.jobs.JobAccess;
import dev.roundelay.server.jobs.JobsResource;
import dev.roundelay.server.jobs.SubmitJob;
import dev.roundelay.server.store.JobFigures;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Submit, read and cancel as the published client knows them.
public final class CompatJobsResource implements Routes {
    private static final String DASHBOARD = "/api/customer/dashboard";

    private final Authenticator authenticator;
    private final CompatSubmit submit;
    private final SubmitJob submitJob;
    private final JobAccess access;
    private final JobsResource jobs;
    private final KernelStore store;
    private final JobFigures figures;
    private final CompatShapes shapes;

    public CompatJobsResource(
            Authenticator authenticator,
            CompatSubmit submit,
            SubmitJob submitJob,
            JobAccess access,
            JobsResource jobs,
            KernelStore store,
            JobFigures figures,
            CompatShapes shapes) {
        this.authenticator = authenticator;
        this.submit = submit;
        this.submitJob = submitJob;
        this.access = access;
        this.jobs = jobs;
        this.store = store;
        this.figures = figures;
        this.shapes = shapes;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post("/api/tasks", this::submit);
        routes.get("/api/tasks/{id}", ctx -> Requests.json(ctx, shapes.task(job(ctx))));
        routes.post("/api/tasks/{id}/cancel", this::cancel);
        routes.post("/api/tasks/{id}/stop", this::cancel);
        routes.get(DASHBOARD + "/jobs", this::list);
        routes.get(DASHBOARD + "/jobs/{id}", ctx -> Requests.json(ctx, shapes.job(job(ctx))));
        routes.get(DASHBOARD + "/showStatsNvflare", this::progress);
        routes.get(DASHBOARD + "/listJobsNvflare", this::runs);
    }

    private void submit(Context ctx) throws IOException {
        Caller caller = authenticator.requireKey(ctx);
        CompatSubmit.Translated translated = submit.translate(caller.user(), Requests.lenientBody(ctx, JsonNode.class));
        JobSpec spec = translated.spec();
        JobId id = submitJob.submit(
                new SubmitJob.Request(caller.user(), spec, ctx.header("Idempotency-Key"), translated.warnings()));
        Requests.json(ctx, 201, shapes.task(access.require(caller, id.value())));
    }

    private void cancel(Context ctx) {
        Caller caller = authenticator.requireKey(ctx);
        jobs.cancel(ctx, caller, ctx.pathParam("id"));
        Requests.json(ctx, shapes.task(access.require(caller, ctx.pathParam("id"))));
    }

    private void list(Context ctx) {
        Caller caller = authenticator.requireKey(ctx);
        Requests.Slice slice = Requests.slice(ctx);
        JobPage page =
                store.listJobs(new JobQuery(Optional.of(caller.user()), Set.of(), "", slice.limit(), slice.offset()));
        Requests.json(ctx, page.items().stream().map(shapes::listed).toList());
    }

    /// `current_round` counts what is done and ends at `num_rounds`.
    private void progress(Context ctx) {
        Job job = queried(ctx);
        int done = figures.committedRounds(job.id());
        int rounds = shapes.rounds(job);
        Requests.json(
                ctx,
                Map.of(
                        "current_round",
                        Math.min(done, rounds),
                        "num_rounds",
                        rounds,
                        "status",
                        job.state().name()));
    }

    private void runs(Context ctx) {
        Job job = queried(ctx);
        Requests.json(
                ctx,
                Map.of(
                        "jobs",
                        List.of(Map.of(
                                "job_id",
                                job.id().value(),
                                "job_name",
                                job.name(),
                                "status",
                                job.state().name()))));
    }

    private Job queried(Context ctx) {
        Caller caller = authenticator.requireKey(ctx);
        String id = ctx.queryParam("job_id");
        if (id == null || id.isEmpty()) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[job_id] is missing; add it to the query");
        }
        return access.require(caller, id);
    }

    private Job job(Context ctx) {
        return access.require(authenticator.requireKey(ctx), ctx.pathParam("id"));
    }
}
