package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Keeps everything in memory, for tests and for programs that need no durability. Its epoch is raised with
/// [#raiseEpoch].
public final class InMemoryKernelStore implements KernelStore {
    private final Map<JobId, Job> jobs = new LinkedHashMap<>();
    private final Map<WorkerId, Worker> workers = new LinkedHashMap<>();
    private final Map<AssignmentId, Assignment> assignments = new LinkedHashMap<>();
    private final List<JobTransition> transitions = new ArrayList<>();
    private final List<KernelEvent> events = new ArrayList<>();
    private long epoch;

    /// Raises the epoch, as a server does that takes over, and returns it.
    public synchronized Epoch raiseEpoch() {
        return new Epoch(++epoch);
    }

    @Override
    public synchronized KernelImage load(Epoch held) {
        require(held);
        return KernelImage.of(
                jobs.values().stream().filter(Job::isLive).toList(),
                workers.values().stream()
                        .filter(worker -> !worker.state().isTerminal())
                        .toList(),
                assignments.values());
    }

    @Override
    public synchronized void commit(Epoch held, Changes changes, Participant with) {
        require(held);
        changes.newJobs().forEach(this::requireNew);
        run(with);
        changes.newJobs().forEach(job -> jobs.put(job.id(), job));
        changes.jobs().forEach(job -> jobs.put(job.id(), job));
        changes.workers().forEach(worker -> workers.put(worker.id(), worker));
        changes.assignments().forEach(assignment -> assignments.put(assignment.id(), assignment));
        transitions.addAll(changes.transitions());
        events.addAll(changes.events());
    }

    @Override
    public synchronized void renew(
            Epoch held, Map<WorkerId, Instant> lastSeen, Map<AssignmentId, Instant> leasedUntil) {
        require(held);
    }

    @Override
    public synchronized Optional<Job> findJob(JobId id) {
        return Optional.ofNullable(jobs.get(id));
    }

    @Override
    public synchronized JobPage listJobs(JobQuery query) {
        List<Job> found = jobs.values().stream()
                .filter(job -> query.owner().isEmpty() || query.owner().get().equals(job.ownerId()))
                .filter(job -> query.states().isEmpty() || query.states().contains(job.state()))
                .filter(job -> mentions(job, query.text().toLowerCase(Locale.ROOT)))
                .sorted(Comparator.comparing(Job::createdAt)
                        .thenComparing(Job::id)
                        .reversed())
                .toList();
        return new JobPage(
                found.stream().skip(query.offset()).limit(query.limit()).toList(), found.size());
    }

    @Override
    public synchronized List<JobTransition> timeline(JobId id) {
        return transitions.stream().filter(row -> row.jobId().equals(id)).toList();
    }

    @Override
    public synchronized List<Assignment> assignments(JobId id) {
        return assignments.values().stream()
                .filter(assignment -> assignment.jobId().equals(id))
                .sorted(Comparator.comparingInt(Assignment::shard).thenComparingInt(Assignment::attempt))
                .toList();
    }

    @Override
    public synchronized boolean annotateEnded(Epoch held, JobId id, String note, List<String> tags) {
        require(held);
        return jobs.computeIfPresent(id, (key, job) -> job.isLive() ? job : job.annotate(note, tags)) instanceof Job job
                && !job.isLive();
    }

    @Override
    public synchronized boolean deleteEnded(Epoch held, JobId id, Participant with) {
        require(held);
        Job job = jobs.get(id);
        if (job == null || job.isLive() || assignments(id).stream().anyMatch(Assignment::isLive)) {
            return false;
        }
        run(with);
        jobs.remove(id);
        transitions.removeIf(row -> row.jobId().equals(id));
        events.removeIf(event -> event.jobId().equals(id));
        assignments.values().removeIf(assignment -> assignment.jobId().equals(id));
        return true;
    }

    /// Returns the events of a job in order.
    public synchronized List<KernelEvent> events(JobId id) {
        return events.stream().filter(event -> event.jobId().equals(id)).toList();
    }

    private void require(Epoch held) {
        if (held.value() != epoch) {
            throw new StaleEpochException(held);
        }
    }

    private void requireNew(Job job) {
        if (jobs.containsKey(job.id())) {
            throw new IllegalStateException(
                    "[kernel store] there is a job " + job.id() + "; make a new id for each job");
        }
    }

    private static void run(Participant with) {
        if (with instanceof InMemoryParticipant participant) {
            participant.run();
        } else if (with != Participant.NONE) {
            throw new IllegalArgumentException("[kernel store] cannot execute the participant " + with
                    + "; give the in-memory store an InMemoryParticipant");
        }
    }

    private static boolean mentions(Job job, String text) {
        return text.isEmpty()
                || (job.name() + "\n" + job.slug() + "\n" + job.id() + "\n" + job.note() + "\n"
                                + String.join("\n", job.tags()))
                        .toLowerCase(Locale.ROOT)
                        .contains(text);
    }
}
