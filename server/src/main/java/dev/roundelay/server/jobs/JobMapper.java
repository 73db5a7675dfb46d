package dev.roundelay.server.jobs;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobFailure;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.JobWarning;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.contract.job.MetricPoint;
import dev.roundelay.contract.job.TimelineEntry;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelView;
import dev.roundelay.kernel.QueuePlace;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.Line;
import dev.roundelay.kernel.journal.Point;
import dev.roundelay.kernel.worker.WorkerReport;
import dev.roundelay.server.store.JobFigures;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Shows jobs and what belongs to them in the shapes of the API.
public final class JobMapper {
    private static final int LOG_TAIL = 50;

    private final Kernel kernel;
    private final JobJournal journal;
    private final JobFigures figures;
    private final Function<UserId, String> owners;
    private final String publicUrl;

    /// @param owners    tells a user's e-mail, or the id of one who is gone
    /// @param publicUrl without a slash at its end
    public JobMapper(
            Kernel kernel, JobJournal journal, JobFigures figures, Function<UserId, String> owners, String publicUrl) {
        this.kernel = kernel;
        this.journal = journal;
        this.figures = figures;
        this.owners = owners;
        this.publicUrl = publicUrl;
    }

    /// Returns one job whole.
    public JobView view(Job job) {
        List<JobWarning> warnings = journal.warnings(job.id()).stream()
                .map(w -> new JobWarning(w.code(), w.message(), w.site(), w.round(), w.count()))
                .toList();
        return view(job, warnings, figures.of(job.id()), owners.apply(job.ownerId()));
    }

    /// Returns jobs for a list: without warnings, which the job itself has.
    public List<JobView> list(List<Job> jobs) {
        Map<JobId, JobFigures.Figures> all =
                figures.of(jobs.stream().map(Job::id).toList());
        // Most lists are of one owner: asked once each.
        Map<UserId, String> names =
                jobs.stream().map(Job::ownerId).distinct().collect(Collectors.toMap(Function.identity(), owners));
        return jobs.stream()
                .map(job -> view(
                        job,
                        List.of(),
                        all.getOrDefault(job.id(), new JobFigures.Figures(0, Map.of())),
                        names.getOrDefault(job.ownerId(), job.ownerId().value())))
                .toList();
    }

    private JobView view(Job job, List<JobWarning> warnings, JobFigures.Figures figure, String owner) {
        KernelView view = kernel.view();
        JobSpec spec = StoredSpec.read(job.spec());
        Optional<QueuePlace> place = view.queuePlace(job.id());
        return new JobView(
                job.id().value(),
                job.name(),
                job.slug(),
                JobState.valueOf(job.state().name()),
                phase(job.phase()),
                place.map(QueuePlace::reason)
                        .or(() -> view.phaseDetail(job.id()))
                        .orElse(null),
                place.map(QueuePlace::place).orElse(null),
                figure.committedRounds(),
                spec.federation().rounds(),
                StoredSpec.sites(job, spec),
                owner,
                job.createdAt(),
                job.startedAt(),
                job.endedAt(),
                dashboardUrl(job),
                job.cancelRequested(),
                job.parentId() == null ? null : job.parentId().value(),
                job.note(),
                job.tags(),
                warnings,
                figure.metrics(),
                spec,
                job.failure() == null ? null : failure(job, job.failure()));
    }

    /// Returns where people look at a job.
    public String dashboardUrl(Job job) {
        return publicUrl + "/dashboard/jobs/" + job.id().value();
    }

    private static @Nullable String phase(@Nullable JobPhase phase) {
        return phase == null ? null : phase.name().toLowerCase(Locale.ROOT);
    }

    private JobFailure failure(Job job, Failure failure) {
        FailureReason reason = FailureReason.parse(failure.reason());
        String site = failure.site();
        List<LogLine> tail = site == null
                ? List.of()
                : journal.tail(job.id(), site, LOG_TAIL).stream()
                        .map(JobMapper::line)
                        .toList();
        return new JobFailure(
                reason,
                reason.category(),
                failure.retriable(),
                failure.message(),
                reason.remedy(),
                publicUrl + "/docs/errors#" + reason,
                site,
                tail);
    }

    /// Returns a log line.
    public static LogLine line(Line line) {
        return new LogLine(
                line.seq(),
                line.time(),
                line.site(),
                line.source(),
                line.level(),
                line.round(),
                line.attempt(),
                line.message());
    }

    /// Returns a metric point.
    public static MetricPoint point(Point point) {
        return new MetricPoint(
                point.name(),
                point.site() == null ? "global" : "site",
                point.site(),
                point.round(),
                point.step(),
                point.value(),
                point.time());
    }

    /// Returns a row of the timeline.
    public static TimelineEntry entry(JobTransition row) {
        return new TimelineEntry(
                row.time(),
                row.from() == null ? null : row.from().name(),
                row.to().name(),
                phase(row.phase()),
                row.reason(),
                row.actor());
    }

    /// Returns who holds a shard.
    public AssignmentView assignment(Assignment assignment) {
        KernelView view = kernel.view();
        var worker = view.worker(assignment.workerId());
        return new AssignmentView(
                assignment.id().value(),
                assignment.shard(),
                assignment.site(),
                assignment.workerId().value(),
                worker.map(status -> status.worker().name()).orElse(""),
                assignment.attempt(),
                assignment.state().name().toLowerCase(Locale.ROOT),
                view.leasedUntil(assignment.id()).orElse(null),
                worker.map(status -> status.lastSeenAt()).orElse(null),
                view.held(assignment.id()).map(WorkerReport.Held::silentSince).orElse(null));
    }
}
