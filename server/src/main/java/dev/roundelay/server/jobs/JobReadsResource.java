package dev.roundelay.server.jobs;

import dev.roundelay.contract.job.LogPage;
import dev.roundelay.contract.job.MetricPoint;
import dev.roundelay.contract.job.RoundView;
import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunStore;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.LogQuery;
import dev.roundelay.kernel.journal.LogSlice;
import dev.roundelay.kernel.journal.MetricQuery;
import dev.roundelay.kernel.journal.Point;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// What a job's page shows: timeline, rounds, metrics, logs, assignments.
public final class JobReadsResource implements Routes {
    private static final String PATH = "/api/v1/jobs/{id}";
    private static final int MAX_LOG_LINES = 5_000;
    private static final int MAX_COMPARED = 20;

    private final Authenticator authenticator;
    private final JobAccess access;
    private final KernelStore kernelStore;
    private final RunStore runStore;
    private final JobJournal journal;
    private final JobMapper mapper;

    public JobReadsResource(
            Authenticator authenticator,
            JobAccess access,
            KernelStore kernelStore,
            RunStore runStore,
            JobJournal journal,
            JobMapper mapper) {
        this.authenticator = authenticator;
        this.access = access;
        this.kernelStore = kernelStore;
        this.runStore = runStore;
        this.journal = journal;
        this.mapper = mapper;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PATH + "/timeline", this::timeline);
        routes.get(PATH + "/rounds", this::rounds);
        routes.get(PATH + "/assignments", this::assignments);
        routes.get(PATH + "/logs", this::logs);
        routes.get(PATH + "/metrics", this::metrics);
        routes.get("/api/v1/metrics", this::compare);
    }

    private void timeline(Context ctx) {
        Job job = job(ctx);
        Requests.json(
                ctx,
                Requests.slice(ctx)
                        .of(kernelStore.timeline(job.id()).stream()
                                .map(JobMapper::entry)
                                .toList()));
    }

    private void rounds(Context ctx) {
        Job job = job(ctx);
        int shards = StoredSpec.sites(job, StoredSpec.read(job.spec()));
        Requests.json(
                ctx,
                Requests.slice(ctx)
                        .of(runStore.rounds(job.id()).stream()
                                .map(round -> round(round, shards))
                                .toList()));
    }

    private static RoundView round(RoundRecord round, int shards) {
        List<RoundView.Contribution> contributions = round.contributions().stream()
                .map(JobReadsResource::contribution)
                .toList();
        Set<Integer> answered = Set.copyOf(
                round.contributions().stream().map(Contribution::shard).toList());
        return new RoundView(
                round.number(),
                round.state().name().toLowerCase(Locale.ROOT),
                round.openedAt(),
                round.closedAt(),
                round.committedAt(),
                round.committedAt() == null
                        ? null
                        : Duration.between(round.openedAt(), round.committedAt())
                                        .toNanos()
                                / 1e9,
                round.samples(),
                round.metrics(),
                contributions,
                IntStream.range(0, shards)
                        .filter(shard -> !answered.contains(shard))
                        .boxed()
                        .toList());
    }

    private static RoundView.Contribution contribution(Contribution given) {
        return new RoundView.Contribution(
                given.shard(),
                Job.site(given.shard()),
                given.worker().value(),
                given.attempt(),
                given.startedAt(),
                given.receivedAt(),
                given.samples(),
                given.seconds(),
                given.sizeBytes(),
                given.metrics());
    }

    private void assignments(Context ctx) {
        Job job = job(ctx);
        Requests.json(
                ctx,
                Requests.slice(ctx)
                        .of(kernelStore.assignments(job.id()).stream()
                                .map(mapper::assignment)
                                .toList()));
    }

    private void logs(Context ctx) {
        Job job = job(ctx);
        LogSlice slice = journal.logs(
                job.id(),
                new LogQuery(
                        ctx.queryParam("site"),
                        Set.copyOf(Requests.names(ctx, "level")),
                        ctx.queryParam("q"),
                        Requests.longNumber(ctx, "after", 0, 0, Long.MAX_VALUE),
                        Requests.integer(ctx, "limit", 500, 1, MAX_LOG_LINES),
                        LogQuery.MAX_SCAN));
        Requests.json(
                ctx, new LogPage(slice.lines().stream().map(JobMapper::line).toList(), slice.next()));
    }

    private void metrics(Context ctx) {
        Job job = job(ctx);
        List<MetricPoint> points = points(job.id(), ctx);
        if ("csv".equals(ctx.queryParam("format"))) {
            ctx.contentType("text/csv; charset=utf-8").result(MetricsCsv.of(points));
        } else {
            Requests.json(ctx, Map.of("items", points));
        }
    }

    private void compare(Context ctx) {
        Caller caller = authenticator.require(ctx);
        List<String> ids = Requests.names(ctx, "jobs");
        if (ids.isEmpty() || ids.size() > MAX_COMPARED) {
            throw new ApiException(
                    dev.roundelay.contract.ErrorCode.INVALID_REQUEST,
                    "[jobs] names %d jobs; use 1 to %d ids".formatted(ids.size(), MAX_COMPARED));
        }
        Map<String, List<MetricPoint>> series = new LinkedHashMap<>();
        for (String id : ids) {
            Job job = access.require(caller, id);
            series.put(
                    id,
                    points(job.id(), ctx).stream()
                            .filter(point -> point.scope().equals("global"))
                            .toList());
        }
        Requests.json(ctx, Map.of("jobs", series));
    }

    private List<MetricPoint> points(JobId job, Context ctx) {
        List<Point> points = journal.metrics(
                job,
                new MetricQuery(
                        Set.copyOf(Requests.names(ctx, "names")),
                        ctx.queryParam("site"),
                        Requests.integer(ctx, "maxPoints", 1_000, 2, 100_000)));
        return points.stream().map(JobMapper::point).toList();
    }

    private Job job(Context ctx) {
        return access.require(authenticator.require(ctx), ctx.pathParam("id"));
    }
}
