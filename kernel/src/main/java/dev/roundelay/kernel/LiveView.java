package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.matching.Explanation;
import dev.roundelay.kernel.matching.Requirements;
import dev.roundelay.kernel.queue.QueueOrder;
import dev.roundelay.kernel.queue.QueuePlanner;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerReport;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The view over one image and what workers report. Places in the queue are computed once, when first asked for.
final class LiveView implements KernelView {
    private final KernelImage image;
    private final Facts facts;
    private final InstantSource wall;
    private volatile @Nullable Map<JobId, Integer> places;

    LiveView(KernelImage image, Facts facts, InstantSource wall) {
        this.image = image;
        this.facts = facts;
        this.wall = wall;
    }

    @Override
    public KernelImage image() {
        return image;
    }

    @Override
    public Optional<QueuePlace> queuePlace(JobId id) {
        return image.job(id).filter(job -> job.is(JobPhase.QUEUED)).map(job -> {
            String reason = image.live(id).isEmpty()
                    ? Explanation.of(
                            facts.pool(image), job, QueuePlanner.shards(job).size())
                    : "waits until its former workers have stopped";
            return new QueuePlace(places().getOrDefault(id, 1), reason);
        });
    }

    @Override
    public List<SiteStatus> sites(JobId id) {
        Optional<Job> job = image.job(id);
        if (job.isEmpty()) {
            return List.of();
        }
        List<SiteStatus> sites = new ArrayList<>();
        for (int shard : QueuePlanner.shards(job.get())) {
            Optional<Assignment> holder = current(id, shard);
            sites.add(new SiteStatus(
                    shard, Job.site(shard), holder, holder.map(this::workerName).orElse(""), text(job.get(), holder)));
        }
        return sites;
    }

    @Override
    public Optional<String> phaseDetail(JobId id) {
        Optional<Job> found = image.job(id);
        if (found.isEmpty() || found.get().phase() == null) {
            return Optional.empty();
        }
        Job job = found.get();
        return switch (job.phase()) {
            case QUEUED -> queuePlace(id).map(QueuePlace::reason);
            case PREPARING -> Optional.of(preparing(job));
            case RECOVERING -> Optional.of("waits for " + awaited(job));
            case STOPPING -> Optional.of(stopping(job));
            case TRAINING -> silent(job);
            case FINALIZING -> Optional.empty();
            case null -> Optional.empty();
        };
    }

    @Override
    public Optional<WorkerStatus> worker(WorkerId id) {
        return image.worker(id).map(this::status);
    }

    @Override
    public List<WorkerStatus> workers() {
        return image.workers().stream()
                .sorted(Comparator.comparing(Worker::name).thenComparing(Worker::id))
                .map(this::status)
                .toList();
    }

    @Override
    public List<Worker> fitting(Requirements requirements) {
        return facts.pool(image).fitting(requirements).stream()
                .sorted(Comparator.comparing(Worker::name).thenComparing(Worker::id))
                .toList();
    }

    @Override
    public Optional<WorkerReport.Held> held(AssignmentId id) {
        return image.assignment(id)
                .flatMap(assignment -> facts.presence().last(assignment.workerId()))
                .map(seen -> seen.held().get(id));
    }

    @Override
    public Optional<Instant> leasedUntil(AssignmentId id) {
        var left = facts.leases().remaining(id, facts.nanos().getAsLong());
        return left.isPresent() ? Optional.of(wall.instant().plusNanos(left.getAsLong())) : Optional.empty();
    }

    private WorkerStatus status(Worker worker) {
        return new WorkerStatus(
                worker,
                facts.freeSlots(image, worker),
                facts.freeMemoryMb(worker),
                facts.presence().last(worker.id()).flatMap(Presence.Seen::telemetry),
                facts.lastSeen(worker));
    }

    private Map<JobId, Integer> places() {
        Map<JobId, Integer> known = places;
        if (known == null) {
            known = new HashMap<>();
            for (Job job : QueueOrder.places(image)) {
                known.put(job.id(), known.size() + 1);
            }
            places = known;
        }
        return known;
    }

    private Optional<String> silent(Job job) {
        List<String> silent = new ArrayList<>();
        for (Assignment assignment : image.live(job.id())) {
            held(assignment.id())
                    .map(WorkerReport.Held::silentSince)
                    .ifPresent(since -> silent.add(
                            "%s on %s since %s".formatted(assignment.site(), workerName(assignment), since)));
        }
        return silent.isEmpty()
                ? Optional.empty()
                : Optional.of("silent (no log line, no use of the processor): " + String.join(", ", silent));
    }

    private String preparing(Job job) {
        List<Integer> notReady = image.notReady(job);
        int all = QueuePlanner.shards(job).size();
        String ready = (all - notReady.size()) + " of " + all + (all == 1 ? " site is ready" : " sites are ready");
        return notReady.isEmpty()
                ? ready
                : ready + "; " + Job.site(notReady.getFirst()) + ": "
                        + text(job, current(job.id(), notReady.getFirst()));
    }

    private String awaited(Job job) {
        return image.notReady(job).stream()
                .map(shard -> Job.site(shard) + " (" + text(job, current(job.id(), shard)) + ")")
                .collect(Collectors.joining(", "));
    }

    private String stopping(Job job) {
        List<Assignment> holding = image.live(job.id());
        return holding.isEmpty()
                ? "every worker has stopped; the outputs are written"
                : "waits for "
                        + holding.stream().map(this::workerName).distinct().collect(Collectors.joining(", "))
                        + " to stop";
    }

    private String text(Job job, Optional<Assignment> holder) {
        if (holder.isEmpty()) {
            return "waits for a worker";
        }
        Assignment assignment = holder.get();
        String said = held(assignment.id())
                .map(WorkerReport.Held::phase)
                .orElse(assignment.state().toString());
        return switch (assignment.state()) {
            case OFFERED -> "offered to " + workerName(assignment);
            case PREPARING, READY -> assignment.stopping() ? "is being stopped" : said;
            case DONE -> "done";
            case LOST, FAILED, STOPPED -> gone(job, assignment);
        };
    }

    private String gone(Job job, Assignment assignment) {
        String last = image.worker(assignment.workerId())
                .map(worker -> worker.name() + ", last seen " + facts.lastSeen(worker))
                .orElse(assignment.workerId() + ", removed");
        boolean waits = job.isGoingOn() && !job.is(JobPhase.FINALIZING);
        return assignment.state() + " with worker " + last + (waits ? "; waits for a worker" : "");
    }

    private String workerName(Assignment assignment) {
        return image.worker(assignment.workerId())
                .map(Worker::name)
                .orElse(assignment.workerId().value());
    }
}
