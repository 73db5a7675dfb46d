package dev.roundelay.server.workerapi;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.contract.worker.Events;
import dev.roundelay.contract.worker.EventsReply;
import dev.roundelay.contract.worker.ValidationReport;
import dev.roundelay.contract.worker.WorkerHeaders;
import dev.roundelay.federation.CorrectionFile;
import dev.roundelay.federation.Holder;
import dev.roundelay.federation.JobRuns;
import dev.roundelay.federation.ModelFile;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.Fence;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.journal.Author;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.Report;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.server.active.ActiveEpoch;
import dev.roundelay.server.http.ByteRanges;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.jobs.StoredSpec;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.BlobStore;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What an assignment reads, and what it says: plan, inputs, models, validations, events. Bodies are
/// [BodyResource]'s.
final class AssignmentResource implements Routes {
    static final String PATH = "/worker/v1/assignments/{id}";

    private final WorkerAuth auth;
    private final Kernel kernel;
    private final JobRuns runs;
    private final JobJournal journal;
    private final BlobStore blobs;
    private final Handover handover;
    private final PlanMaker plans;
    private final ActiveEpoch epoch;

    AssignmentResource(
            WorkerAuth auth,
            Kernel kernel,
            JobRuns runs,
            JobJournal journal,
            BlobStore blobs,
            Handover handover,
            PlanMaker plans,
            ActiveEpoch epoch) {
        this.auth = auth;
        this.kernel = kernel;
        this.runs = runs;
        this.journal = journal;
        this.blobs = blobs;
        this.handover = handover;
        this.plans = plans;
        this.epoch = epoch;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PATH, this::plan);
        routes.get(PATH + "/inputs/{blob}", this::input);
        routes.get(PATH + "/models/{k}", this::model);
        routes.get(PATH + "/corrections/{k}", this::correction);
        routes.put(PATH + "/validations/{k}", this::validation);
        routes.post(PATH + "/events", this::events);
    }

    private void plan(Context ctx) {
        Assignment assignment = require(auth, kernel, ctx);
        Requests.json(ctx, plans.plan(job(assignment), assignment));
    }

    private void input(Context ctx) throws IOException {
        Assignment assignment = require(auth, kernel, ctx);
        Job job = job(assignment);
        String blob = ctx.pathParam("blob");
        AssignmentPlan.Input input = plans.inputs(job, StoredSpec.read(job.spec()), assignment).stream()
                .filter(candidate -> candidate.blob().equals(blob))
                .findFirst()
                .orElseThrow(() -> new WorkerCallException(
                        ErrorCode.NOT_FOUND,
                        "[input %s] is no input of this assignment; ask for the plan again".formatted(blob)));
        ctx.contentType("application/octet-stream");
        BlobId id = new BlobId(input.blob());
        ByteRanges.send(ctx, input.sizeBytes(), "\"" + blob + "\"", (offset, length) -> blobs.open(id, offset, length));
    }

    private void model(Context ctx) throws IOException {
        Assignment assignment = require(auth, kernel, ctx);
        ModelFile model = runs.transferredModel(assignment.jobId(), number(ctx));
        String etag = "\"%s-%08x\"".formatted(model.blob().value(), model.crc32c());
        ctx.header(WorkerHeaders.CRC32C, "%08x".formatted(model.crc32c()));
        String link = ctx.header(WorkerHeaders.LINK);
        if (link != null && handover.put(assignment.workerId().value(), link, model.path())) {
            ctx.status(204).header("ETag", etag).header(WorkerHeaders.LINK, link);
            return;
        }
        ctx.contentType("application/octet-stream");
        ByteRanges.send(ctx, model.sizeBytes(), etag, (offset, length) -> {
            var in = Files.newInputStream(model.path());
            in.skipNBytes(offset);
            return in;
        });
    }

    private void correction(Context ctx) throws IOException {
        Assignment assignment = require(auth, kernel, ctx);
        CorrectionFile file = runs.correction(
                        assignment.jobId(), number(ctx), holder(ctx, assignment).shard())
                .orElse(null);
        if (file == null) {
            ctx.status(204);
            return;
        }
        ctx.header(WorkerHeaders.CRC32C, "%08x".formatted(crc32c(file)));
        ctx.contentType("application/octet-stream");
        ByteRanges.send(ctx, file.sizeBytes(), null, (offset, length) -> {
            InputStream in = open(file);
            in.skipNBytes(offset);
            return in;
        });
    }

    private static InputStream open(CorrectionFile file) throws IOException {
        InputStream state = Files.newInputStream(file.state());
        state.skipNBytes(file.content().offset());
        return new SequenceInputStream(new ByteArrayInputStream(file.content().header()), state);
    }

    private static long crc32c(CorrectionFile file) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] block = new byte[1 << 17];
        try (InputStream in = open(file)) {
            long left = file.sizeBytes();
            while (left > 0) {
                int count = in.readNBytes(block, 0, (int) Math.min(block.length, left));
                if (count == 0) {
                    throw new IOException("[%s] ended %d bytes early".formatted(file.state(), left));
                }
                crc.update(block, 0, count);
                left -= count;
            }
        }
        return crc.getValue();
    }

    private void validation(Context ctx) {
        Assignment assignment = require(auth, kernel, ctx);
        ValidationReport report = Requests.body(ctx, ValidationReport.class);
        Outcomes.answer(
                ctx,
                runs.acceptValidation(
                        holder(ctx, assignment), number(ctx), report.metrics(), report.samples(), report.seconds()));
    }

    private void events(Context ctx) {
        Assignment assignment = require(auth, kernel, ctx);
        Events events = Requests.body(ctx, Events.class);
        Author author = new Author(assignment.id(), assignment.site(), assignment.attempt());
        long mark = journal.append(epoch.require(), assignment.jobId(), author, reports(events));
        Requests.json(ctx, new EventsReply(mark));
    }

    private static List<Report> reports(Events events) {
        List<Report> reports = new ArrayList<>();
        events.lines()
                .forEach(line -> reports.add(new Report.Log(
                        line.n(),
                        line.time(),
                        line.source(),
                        line.level(),
                        line.round(),
                        line.message(),
                        site(line.shard()))));
        events.metrics()
                .forEach(point -> reports.add(new Report.Metric(
                        point.n(),
                        point.time(),
                        point.name(),
                        point.round(),
                        point.step(),
                        point.value(),
                        site(point.shard()))));
        events.warnings()
                .forEach(warning -> reports.add(new Report.Warn(
                        warning.n(), warning.code(), warning.message(), warning.round(), site(warning.shard()))));
        reports.sort(Comparator.comparingLong(Report::n));
        return reports;
    }

    // Whose lines these are is the worker's word, as their text is: a shard of another one is named, never reached.
    private static @Nullable String site(@Nullable Integer shard) {
        return shard == null || shard < 0 ? null : Job.site(shard);
    }

    private Job job(Assignment assignment) {
        return kernel.view()
                .job(assignment.jobId())
                .orElseThrow(() -> new WorkerCallException(
                        ErrorCode.STALE_FENCE,
                        "[assignment %s] its job has ended; stop the harness".formatted(assignment.id())));
    }

    static int number(Context ctx) {
        String text = ctx.pathParam("k");
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_REQUEST, "[path] \"%s\" is no round; send a number".formatted(text));
        }
    }

    /// Returns who calls: the assignment, for the shard that the call names. Whether that is one of its own is looked
    /// at
    /// where it is used.
    static Holder holder(Context ctx, Assignment assignment) {
        String named = ctx.header(WorkerHeaders.SHARD);
        try {
            int shard = named == null ? assignment.shard() : Integer.parseInt(named);
            return new Holder(assignment.id(), assignment.fence(), shard);
        } catch (NumberFormatException e) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_REQUEST,
                    "[%s] \"%s\" is no shard; send a number".formatted(WorkerHeaders.SHARD, named));
        }
    }

    /// Returns the assignment that a call is about: it is the calling worker's, and its fence is the current
    /// one.
    ///
    /// @throws WorkerCallException `not_found`, then `stale_fence`
    static Assignment require(WorkerAuth auth, Kernel kernel, Context ctx) {
        WorkerId worker = auth.require(ctx.header("Authorization"));
        AssignmentId id = new AssignmentId(ctx.pathParam("id"));
        Assignment assignment = kernel.view()
                .image()
                .assignment(id)
                .filter(candidate -> candidate.workerId().equals(worker))
                .orElseThrow(() -> new WorkerCallException(
                        ErrorCode.NOT_FOUND,
                        "[assignment %s] it is not this worker's; stop the harness".formatted(id.value())));
        String fence = ctx.header(WorkerHeaders.FENCE);
        if (fence == null || !assignment.fence().equals(new Fence(fence)) || !assignment.isLive()) {
            throw new WorkerCallException(
                    ErrorCode.STALE_FENCE,
                    "[assignment %s] the fence is not the current one; stop the harness".formatted(id.value()));
        }
        return assignment;
    }
}
