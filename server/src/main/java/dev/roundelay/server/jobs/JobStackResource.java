package dev.roundelay.server.jobs;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.function.Consumer;

/// Asks where the Python of a site stands; the answer comes as lines of its log.
final class JobStackResource implements Routes {
    private final Authenticator authenticator;
    private final JobAccess access;
    private final Kernel kernel;
    private final JobMapper mapper;
    private final Consumer<Assignment> ask;

    JobStackResource(
            Authenticator authenticator, JobAccess access, Kernel kernel, JobMapper mapper, Consumer<Assignment> ask) {
        this.authenticator = authenticator;
        this.access = access;
        this.kernel = kernel;
        this.mapper = mapper;
        this.ask = ask;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post("/api/v1/jobs/{id}/assignments/{asg}/stack", this::stack);
    }

    private void stack(Context ctx) {
        Caller caller = authenticator.require(ctx);
        Job job = access.require(caller, ctx.pathParam("id"));
        String id = ctx.pathParam("asg");
        if (!job.isLive()) {
            throw new ApiException(
                    ErrorCode.JOB_ENDED, "[%s] it is %s; nothing runs any more".formatted(job.id(), job.state()));
        }
        Assignment assignment = kernel.view().image().live(job.id()).stream()
                .filter(one -> one.id().value().equals(id))
                .findFirst()
                .orElseThrow(() -> ApiException.notFound("assignment", id));
        ask.accept(assignment);
        Requests.json(ctx, 202, mapper.assignment(assignment));
    }
}
