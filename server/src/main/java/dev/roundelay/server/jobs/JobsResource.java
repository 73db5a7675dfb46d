package dev.roundelay.server.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.files.Deleted;
import dev.roundelay.contract.job.JobPatch;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.Manifest;
import dev.roundelay.contract.job.Resubmit;
import dev.roundelay.kernel.Cancelled;
import dev.roundelay.kernel.JobPage;
import dev.roundelay.kernel.JobQuery;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.account.AuditLog;
import dev.roundelay.server.active.ActiveEpoch;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Submit, list, read, annotate, cancel, delete.
public final class JobsResource implements Routes {
    private static final String PATH = "/api/v1/jobs";

    private final Authenticator authenticator;
    private final SubmitJob submit;
    private final ResubmitJob resubmit;
    private final PreflightCheck preflight;
    private final JobAccess access;
    private final JobMapper mapper;
    private final JobFiles files;
    private final Kernel kernel;
    private final KernelStore store;
    private final ActiveEpoch epoch;
    private final AuditLog audit;

    JobsResource(
            Authenticator authenticator,
            SubmitJob submit,
            ResubmitJob resubmit,
            PreflightCheck preflight,
            JobAccess access,
            JobMapper mapper,
            JobFiles files,
            Kernel kernel,
            KernelStore store,
            ActiveEpoch epoch,
            AuditLog audit) {
        this.authenticator = authenticator;
        this.submit = submit;
        this.resubmit = resubmit;
        this.preflight = preflight;
        this.access = access;
        this.mapper = mapper;
        this.files = files;
        this.kernel = kernel;
        this.store = store;
        this.epoch = epoch;
        this.audit = audit;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post(PATH, this::submit);
        routes.post(PATH + "/preflight", this::preflight);
        routes.get(PATH, this::list);
        routes.get(PATH + "/{id}", this::get);
        routes.patch(PATH + "/{id}", this::annotate);
        routes.delete(PATH + "/{id}", this::delete);
        routes.post(PATH + "/{id}/cancel", this::cancel);
        routes.post(PATH + "/{id}/resubmit", this::resubmit);
    }

    private void submit(Context ctx) throws IOException {
        Caller caller = authenticator.require(ctx);
        JobSpec spec = Requests.body(ctx, JobSpec.class);
        JobId id = submit.submit(new SubmitJob.Request(caller.user(), spec, ctx.header("Idempotency-Key"), List.of()));
        created(ctx, caller, id);
    }

    private void resubmit(Context ctx) {
        Caller caller = authenticator.require(ctx);
        // An administrator may look at everybody's jobs, but runs none in another's name.
        Job parent = Optional.of(access.require(caller, ctx.pathParam("id")))
                .filter(job -> job.ownerId().equals(caller.user()))
                .orElseThrow(() -> ApiException.notFound("job", ctx.pathParam("id")));
        created(
                ctx,
                caller,
                resubmit.resubmit(parent, Requests.body(ctx, Resubmit.class), ctx.header("Idempotency-Key")));
    }

    private void created(Context ctx, Caller caller, JobId id) {
        ctx.header("Location", PATH + "/" + id.value());
        Requests.json(ctx, 201, mapper.view(access.require(caller, id.value())));
    }

    private void preflight(Context ctx) throws IOException {
        Caller caller = authenticator.require(ctx);
        ObjectNode body = Requests.body(ctx, ObjectNode.class);
        JsonNode manifest = body.remove("manifest");
        Requests.json(
                ctx,
                preflight.answer(
                        caller.user(),
                        Requests.value(body, JobSpec.class),
                        manifest == null || manifest.isNull() ? null : Requests.value(manifest, Manifest.class)));
    }

    private void list(Context ctx) {
        Caller caller = authenticator.require(ctx);
        Requests.Slice slice = Requests.slice(ctx);
        boolean all = "true".equals(ctx.queryParam("all"));
        if (all) {
            caller.requireAdmin();
        }
        Optional<UserId> owner = all ? Optional.empty() : Optional.of(caller.user());
        JobPage page = store.listJobs(new JobQuery(
                owner,
                states(ctx),
                Objects.requireNonNullElse(ctx.queryParam("q"), ""),
                slice.limit(),
                slice.offset()));
        Requests.json(ctx, slice.page(mapper.list(page.items()), page.total()));
    }

    private static Set<JobState> states(Context ctx) {
        try {
            return Set.copyOf(
                    Requests.names(ctx, "state").stream().map(JobState::valueOf).toList());
        } catch (IllegalArgumentException e) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[state] \"%s\" is no state; use PENDING, RUNNING, FINISHED, FAILED or CANCELLED"
                            .formatted(ctx.queryParam("state")));
        }
    }

    private void get(Context ctx) {
        Caller caller = authenticator.require(ctx);
        Requests.json(ctx, mapper.view(access.require(caller, ctx.pathParam("id"))));
    }

    private void annotate(Context ctx) {
        Caller caller = authenticator.require(ctx);
        Job job = access.require(caller, ctx.pathParam("id"));
        JobNotes notes = JobNotes.of(job, Requests.body(ctx, JobPatch.class));
        if (!kernel.annotate(job.id(), notes.note(), notes.tags())) {
            throw ApiException.notFound("job", job.id().value());
        }
        audit(ctx, caller, job, "job_changed");
        Requests.json(ctx, mapper.view(access.require(caller, job.id().value())));
    }

    private void cancel(Context ctx) {
        Caller caller = authenticator.require(ctx);
        Requests.json(ctx, cancel(ctx, caller, ctx.pathParam("id")));
    }

    /// Cancels a job; repeating it is harmless.
    ///
    /// @throws ApiException `not_found`, `job_ended`
    public JobView cancel(Context ctx, Caller caller, String id) {
        Job job = access.require(caller, id);
        audit(ctx, caller, job, "job_cancelled");
        return switch (kernel.cancel(job.id(), caller.user().value())) {
            case Cancelled.Requested(Job now) -> mapper.view(now);
            case Cancelled.AlreadyCancelled(Job now) -> mapper.view(now);
            case Cancelled.AlreadyEnded(Job ended) ->
                throw new ApiException(
                        ErrorCode.JOB_ENDED,
                        "[%s] it is %s already; there is nothing to cancel".formatted(id, ended.state()));
            case Cancelled.Unknown(JobId unknown) -> throw ApiException.notFound("job", unknown.value());
        };
    }

    private void delete(Context ctx) {
        Caller caller = authenticator.require(ctx);
        Job job = access.require(caller, ctx.pathParam("id"));
        if (job.isLive()) {
            throw new ApiException(
                    ErrorCode.JOB_LIVE,
                    "[%s] it is %s; cancel it or wait for its end".formatted(job.id(), job.state()));
        }
        Deleted deleted = "true".equals(ctx.queryParam("files")) ? files.deleteOutputs(job) : new Deleted(0, 0);
        if (!store.deleteEnded(epoch.require(), job.id(), Participant.NONE)) {
            throw ApiException.notFound("job", job.id().value());
        }
        files.release(job.id());
        audit(ctx, caller, job, "job_deleted");
        Requests.json(ctx, deleted);
    }

    /// Records what an administrator does to somebody else's job; what one does to one's own is in its timeline.
    private void audit(Context ctx, Caller caller, Job job, String action) {
        if (!job.ownerId().equals(caller.user())) {
            audit.record(ctx, caller, action, job.id().value());
        }
    }
}
