package dev.roundelay.sdk;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.Page;
import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobPatch;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.LogPage;
import dev.roundelay.contract.job.Manifest;
import dev.roundelay.contract.job.MetricPoint;
import dev.roundelay.contract.job.Preflight;
import dev.roundelay.contract.job.Resubmit;
import dev.roundelay.contract.job.RoundView;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The calls about jobs. Each asks the server once.
public final class Jobs {
    private static final int MOST_POINTS = 100_000;

    private final Transport transport;

    Jobs(Transport transport) {
        this.transport = transport;
    }

    /// Submits a job whose inputs are in the bucket; exactly once, also if an answer is lost and the call repeated.
    public JobView submit(JobSpec spec) {
        Call call = Call.of("POST", "/jobs").with("Idempotency-Key", "submit-" + UUID.randomUUID());
        return transport.json(Transport.withJson(call, spec), new TypeReference<>() {});
    }

    /// Checks a job whose inputs are in the bucket as submit would, and creates nothing.
    public Preflight preflight(JobSpec spec) {
        return transport.json(Transport.withJson(Call.of("POST", "/jobs/preflight"), spec), new TypeReference<>() {});
    }

    /// Checks a job as submit would after those files were uploaded; nothing is sent or created.
    public Preflight preflight(JobSpec spec, Manifest manifest) {
        ObjectNode body = Json.strict().valueToTree(spec);
        body.set("manifest", Json.strict().valueToTree(manifest));
        return transport.json(Transport.withJson(Call.of("POST", "/jobs/preflight"), body), new TypeReference<>() {});
    }

    /// Sets note or tags of a job, live or ended; what is null in the patch stays.
    public JobView annotate(String id, JobPatch patch) {
        return transport.json(Transport.withJson(Call.of("PATCH", path(id)), patch), new TypeReference<>() {});
    }

    /// Reads one job.
    ///
    /// @throws NotFoundException if there is none, or it is somebody else's
    public JobView get(String id) {
        return transport.json(Call.of("GET", path(id)), new TypeReference<>() {});
    }

    /// Reads a page of jobs, newest first.
    ///
    /// @param state only jobs in that state; null for all
    /// @param text  only jobs whose name has it; null for all
    public Page<JobView> list(@Nullable JobState state, @Nullable String text, int limit, int offset) {
        Call call = Call.of("GET", "/jobs")
                .query("state", state)
                .query("q", text)
                .query("limit", limit)
                .query("offset", offset);
        return transport.json(call, new TypeReference<>() {});
    }

    /// Asks to cancel a job.
    ///
    /// @throws ConflictException with code `job_ended` on a job that FINISHED or FAILED
    public JobView cancel(String id) {
        // Repeating is harmless here: a cancelled job answers as before.
        Call call = Call.of("POST", path(id) + "/cancel").with("Idempotency-Key", "cancel-" + UUID.randomUUID());
        return transport.json(call, new TypeReference<>() {});
    }

    /// Reads a page of which worker holds which site, earlier attempts included.
    public Page<AssignmentView> assignments(String id, int limit, int offset) {
        Call call =
                Call.of("GET", path(id) + "/assignments").query("limit", limit).query("offset", offset);
        return transport.json(call, new TypeReference<>() {});
    }

    /// Asks where the Python of a live assignment stands: the stack of each thread comes as lines of its log.
    ///
    /// @throws NotFoundException if the job has no such live assignment
    public AssignmentView showStack(String id, String assignment) {
        return transport.json(
                Call.of("POST", path(id) + "/assignments/" + Roundelay.segment(assignment) + "/stack"),
                new TypeReference<>() {});
    }

    /// Sends an ended job again, exactly once.
    ///
    /// @throws ConflictException with code `inputs_changed` if the shards in the bucket are other bytes now,
    ///     `job_live`, or `slug_in_use`
    public JobView resubmit(String id, Resubmit wish) {
        Call call = Call.of("POST", path(id) + "/resubmit").with("Idempotency-Key", "resubmit-" + UUID.randomUUID());
        return transport.json(Transport.withJson(call, wish), new TypeReference<>() {});
    }

    /// Reads log lines after a cursor.
    ///
    /// @param site  `site-1`, or null for all
    /// @param after the `next` of the page before, 0 to begin
    public LogPage logs(String id, @Nullable String site, long after, int limit) {
        Call call = Call.of("GET", path(id) + "/logs")
                .query("site", site)
                .query("after", after)
                .query("limit", limit);
        return transport.json(call, new TypeReference<>() {});
    }

    /// Reads metric points; of a long series some are left out, evenly.
    ///
    /// @param names comma-separated; null for all
    public List<MetricPoint> metrics(String id, @Nullable String names, @Nullable String site) {
        Call call = Call.of("GET", path(id) + "/metrics").query("names", names).query("site", site);
        return transport.json(call, new TypeReference<Items<MetricPoint>>() {}).items();
    }

    /// Reads every metric point, global and of each site; only of a series beyond 100,000 some are left out, evenly.
    public List<MetricPoint> allMetrics(String id) {
        Call call = Call.of("GET", path(id) + "/metrics").query("maxPoints", MOST_POINTS);
        return transport.json(call, new TypeReference<Items<MetricPoint>>() {}).items();
    }

    /// Reads all rounds so far.
    public List<RoundView> rounds(String id) {
        List<RoundView> rounds = new ArrayList<>();
        while (true) {
            Call call = Call.of("GET", path(id) + "/rounds")
                    .query("limit", Page.MAX_LIMIT)
                    .query("offset", rounds.size());
            Page<RoundView> page = transport.json(call, new TypeReference<>() {});
            rounds.addAll(page.items());
            if (page.items().isEmpty() || rounds.size() >= page.total()) {
                return List.copyOf(rounds);
            }
        }
    }

    private static String path(String id) {
        return "/jobs/" + Roundelay.segment(id);
    }

    private record Items<T>(List<T> items) {}
}
