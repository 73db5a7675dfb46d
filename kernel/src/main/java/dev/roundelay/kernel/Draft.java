package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One decision under way: the image as it will be, and everything that must be committed for it. Nothing outside
/// sees it before the commit.
final class Draft {
    /// Who acts where no person does.
    static final String KERNEL = "kernel";

    private final KernelImage before;
    private final ImageEdit edit;
    private final Instant now;
    private final Map<JobId, Job> newJobs = new LinkedHashMap<>();
    private final Map<JobId, Job> jobs = new LinkedHashMap<>();
    private final Map<WorkerId, Worker> workers = new LinkedHashMap<>();
    private final Map<Object, Assignment> assignments = new LinkedHashMap<>();
    private final List<JobTransition> transitions = new ArrayList<>();
    private final List<KernelEvent> events = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();

    Draft(KernelImage before, Instant now) {
        this.before = before;
        this.edit = new ImageEdit(before);
        this.now = now;
    }

    Instant now() {
        return now;
    }

    /// Returns the image with all edits so far.
    KernelImage image() {
        return edit.image();
    }

    Optional<Job> job(JobId id) {
        return image().job(id);
    }

    void insert(Job job, String actor) {
        newJobs.put(job.id(), job);
        edit.put(job);
        moved(null, job, "submitted", actor);
    }

    /// Records the job as it will be; a change of state or phase becomes a row of its timeline.
    void put(Job job, @Nullable String reason, String actor) {
        Optional<Job> was = job(job.id());
        if (was.isPresent() && was.get().equals(job)) {
            return;
        }
        (newJobs.containsKey(job.id()) ? newJobs : jobs).put(job.id(), job);
        edit.put(job);
        if (was.isEmpty() || was.get().state() != job.state() || was.get().phase() != job.phase()) {
            moved(was.orElse(null), job, reason, actor);
        }
    }

    void put(Worker worker) {
        if (image().worker(worker.id()).filter(worker::equals).isEmpty()) {
            workers.put(worker.id(), worker);
            edit.put(worker);
        }
    }

    void put(Assignment assignment) {
        Optional<Assignment> was = image().assignment(assignment.id());
        if (was.filter(assignment::equals).isPresent()) {
            return;
        }
        assignments.put(assignment.id(), assignment);
        edit.put(assignment);
        if (was.isEmpty() || was.get().state() != assignment.state()) {
            event(assignment);
        }
    }

    void notice(Notice notice) {
        notices.add(notice);
    }

    Changes changes() {
        return new Changes(
                List.copyOf(newJobs.values()),
                List.copyOf(jobs.values()),
                List.copyOf(workers.values()),
                List.copyOf(assignments.values()),
                transitions,
                events);
    }

    /// Returns what the listeners are to know once it is committed.
    List<Notice> notices() {
        Set<JobId> changedJobs = new LinkedHashSet<>(newJobs.keySet());
        changedJobs.addAll(jobs.keySet());
        Set<WorkerId> changedWorkers = new LinkedHashSet<>(workers.keySet());
        for (Assignment assignment : assignments.values()) {
            changedJobs.add(assignment.jobId());
            changedWorkers.add(assignment.workerId());
        }
        for (JobId id : jobs.keySet()) {
            image().live(id).forEach(assignment -> changedWorkers.add(assignment.workerId()));
        }
        List<Notice> all = new ArrayList<>(notices);
        changedJobs.forEach(id -> all.add(new Notice.JobChanged(id)));
        if (!changedWorkers.isEmpty()) {
            all.add(new Notice.WorkersChanged(Set.copyOf(changedWorkers)));
        }
        return all;
    }

    /// Returns the image that this decision began with.
    KernelImage before() {
        return before;
    }

    private void moved(@Nullable Job was, Job job, @Nullable String reason, String actor) {
        transitions.add(new JobTransition(
                job.id(), now, was == null ? null : was.state(), job.state(), job.phase(), reason, actor));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("state", job.state().name());
        if (job.phase() != null) {
            facts.put("phase", job.phase().toString());
        }
        if (reason != null) {
            facts.put("reason", reason);
        }
        facts.put("actor", actor);
        boolean sameState = was != null && was.state() == job.state();
        events.add(new KernelEvent(job.id(), now, sameState ? "phase" : "state", facts));
    }

    private void event(Assignment assignment) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("assignmentId", assignment.id().value());
        facts.put("shard", Integer.toString(assignment.shard()));
        facts.put("site", assignment.site());
        facts.put("workerId", assignment.workerId().value());
        image().worker(assignment.workerId()).ifPresent(worker -> facts.put("workerName", worker.name()));
        facts.put("attempt", Integer.toString(assignment.attempt()));
        facts.put("state", assignment.state().toString());
        if (assignment.failure() != null) {
            facts.put("message", assignment.failure().message());
        }
        events.add(new KernelEvent(assignment.jobId(), now, "worker", facts));
    }
}
