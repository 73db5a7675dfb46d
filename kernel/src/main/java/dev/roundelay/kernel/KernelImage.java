package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The immutable state of everything that lives: live jobs, workers that were not removed, assignments that hold a
/// slot, and the current assignment of each shard of a live job.
public final class KernelImage {
    private static final Comparator<Assignment> OLDEST_FIRST =
            Comparator.comparing(Assignment::offeredAt).thenComparing(Assignment::id);

    private final Map<JobId, Job> jobs;
    private final Map<WorkerId, Worker> workers;
    private final Map<AssignmentId, Assignment> assignments;
    private final Map<JobId, SortedMap<Integer, Assignment>> current;
    private final Map<WorkerId, List<Assignment>> live;

    private KernelImage(
            Map<JobId, Job> jobs,
            Map<WorkerId, Worker> workers,
            Map<AssignmentId, Assignment> assignments,
            Map<JobId, SortedMap<Integer, Assignment>> current,
            Map<WorkerId, List<Assignment>> live) {
        this.jobs = jobs;
        this.workers = workers;
        this.assignments = assignments;
        this.current = current;
        this.live = live;
    }

    /// Returns an image of nothing.
    public static KernelImage empty() {
        return new KernelImage(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
    }

    /// Returns an image of these; rows that an image does not hold are left out.
    public static KernelImage of(Collection<Job> jobs, Collection<Worker> workers, Collection<Assignment> assignments) {
        return empty().apply(new Changes(
                List.copyOf(jobs), List.of(), List.copyOf(workers), List.copyOf(assignments), List.of(), List.of()));
    }

    /// Returns the image after the changes.
    public KernelImage apply(Changes changes) {
        return new ImageEdit(this).apply(changes);
    }

    /// Returns all live jobs, in no order.
    public Collection<Job> jobs() {
        return Collections.unmodifiableCollection(jobs.values());
    }

    /// Returns a live job; empty if it has ended or never was.
    public Optional<Job> job(JobId id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /// Returns all workers, in no order.
    public Collection<Worker> workers() {
        return Collections.unmodifiableCollection(workers.values());
    }

    /// Returns a worker; empty if it was removed or never was.
    public Optional<Worker> worker(WorkerId id) {
        return Optional.ofNullable(workers.get(id));
    }

    /// Returns all assignments of the image, in no order.
    public Collection<Assignment> assignments() {
        return Collections.unmodifiableCollection(assignments.values());
    }

    /// Returns an assignment that holds a slot, or is the current one of its shard.
    public Optional<Assignment> assignment(AssignmentId id) {
        return Optional.ofNullable(assignments.get(id));
    }

    /// Returns the current assignment of each shard of a live job that ever had one, by shard.
    public SortedMap<Integer, Assignment> current(JobId id) {
        SortedMap<Integer, Assignment> found = current.get(id);
        return found == null ? Collections.emptySortedMap() : Collections.unmodifiableSortedMap(found);
    }

    /// Returns the assignments that hold slots of a worker, oldest first.
    public List<Assignment> live(WorkerId id) {
        return live.getOrDefault(id, List.of());
    }

    /// Returns the assignments of a job that hold slots, oldest first, those of earlier attempts included.
    public List<Assignment> live(JobId id) {
        return assignments.values().stream()
                .filter(assignment -> assignment.isLive() && assignment.jobId().equals(id))
                .sorted(OLDEST_FIRST)
                .toList();
    }

    /// Returns how many slots of a worker are free.
    public int freeSlots(Worker worker) {
        return Math.max(0, worker.offer().slots() - live(worker.id()).size());
    }

    /// Copies what it changes, and nothing else.
    private static final class ImageEdit {
        private final KernelImage from;
        private Map<JobId, Job> jobs;
        private Map<WorkerId, Worker> workers;
        private Map<AssignmentId, Assignment> assignments;
        private Map<JobId, SortedMap<Integer, Assignment>> current;
        private Map<WorkerId, List<Assignment>> live;

        ImageEdit(KernelImage from) {
            this.from = from;
            this.jobs = from.jobs;
            this.workers = from.workers;
            this.assignments = from.assignments;
            this.current = from.current;
            this.live = from.live;
        }

        KernelImage apply(Changes changes) {
            if (!changes.newJobs().isEmpty() || !changes.jobs().isEmpty()) {
                jobs = new HashMap<>(jobs);
                changes.newJobs().forEach(this::put);
                changes.jobs().forEach(this::put);
            }
            if (!changes.workers().isEmpty()) {
                workers = new HashMap<>(workers);
                changes.workers().forEach(this::put);
            }
            boolean ended = changes.jobs().stream().anyMatch(job -> !job.isLive());
            if (!changes.assignments().isEmpty() || ended) {
                assignments = new HashMap<>(assignments);
                current = new HashMap<>(current);
                live = new HashMap<>(live);
                changes.assignments().forEach(this::put);
                changes.jobs().stream().filter(job -> !job.isLive()).forEach(this::forget);
            }
            return new KernelImage(jobs, workers, assignments, current, live);
        }

        private void put(Job job) {
            if (job.isLive()) {
                jobs.put(job.id(), job);
            } else {
                jobs.remove(job.id());
            }
        }

        private void put(Worker worker) {
            if (worker.state().isTerminal()) {
                workers.remove(worker.id());
            } else {
                workers.put(worker.id(), worker);
            }
        }

        private void put(Assignment assignment) {
            boolean isCurrent = jobs.containsKey(assignment.jobId()) && takePlace(assignment);
            if (assignment.isLive() || isCurrent) {
                assignments.put(assignment.id(), assignment);
            } else {
                assignments.remove(assignment.id());
            }
            List<Assignment> others = new ArrayList<>(live.getOrDefault(assignment.workerId(), List.of()));
            others.removeIf(other -> other.id().equals(assignment.id()));
            if (assignment.isLive()) {
                others.add(assignment);
                others.sort(OLDEST_FIRST);
            }
            if (others.isEmpty()) {
                live.remove(assignment.workerId());
            } else {
                live.put(assignment.workerId(), List.copyOf(others));
            }
        }

        private boolean takePlace(Assignment assignment) {
            SortedMap<Integer, Assignment> shards =
                    new TreeMap<>(current.getOrDefault(assignment.jobId(), new TreeMap<>()));
            Assignment before = shards.get(assignment.shard());
            if (before != null && before.attempt() > assignment.attempt()) {
                return false;
            }
            if (before != null && !before.id().equals(assignment.id()) && !before.isLive()) {
                assignments.remove(before.id());
            }
            shards.put(assignment.shard(), assignment);
            current.put(assignment.jobId(), shards);
            return true;
        }

        private void forget(Job ended) {
            SortedMap<Integer, Assignment> shards = current.remove(ended.id());
            if (shards != null) {
                shards.values().stream().filter(last -> !last.isLive()).forEach(last -> assignments.remove(last.id()));
            }
        }
    }
}
