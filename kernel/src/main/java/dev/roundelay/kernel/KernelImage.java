package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// The immutable state of everything that lives: live jobs, workers that were not removed, assignments that hold a
/// slot, and the current assignment of each shard of a live job.
public final class KernelImage {
    private final Map<JobId, Job> jobs;
    private final Map<WorkerId, Worker> workers;
    private final Map<AssignmentId, Assignment> assignments;
    private final Map<JobId, SortedMap<Integer, Assignment>> current;
    private final Map<WorkerId, List<Assignment>> onWorker;
    private final Map<JobId, List<Assignment>> ofJob;

    KernelImage(
            Map<JobId, Job> jobs,
            Map<WorkerId, Worker> workers,
            Map<AssignmentId, Assignment> assignments,
            Map<JobId, SortedMap<Integer, Assignment>> current,
            Map<WorkerId, List<Assignment>> onWorker,
            Map<JobId, List<Assignment>> ofJob) {
        this.jobs = jobs;
        this.workers = workers;
        this.assignments = assignments;
        this.current = current;
        this.onWorker = onWorker;
        this.ofJob = ofJob;
    }

    /// Returns an image of nothing.
    public static KernelImage empty() {
        return new KernelImage(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
    }

    /// Returns an image of these; rows that an image does not hold are left out.
    public static KernelImage of(Collection<Job> jobs, Collection<Worker> workers, Collection<Assignment> assignments) {
        return empty().apply(new Changes(
                List.copyOf(jobs), List.of(), List.copyOf(workers), List.copyOf(assignments), List.of(), List.of()));
    }

    /// Returns the image after the changes.
    public KernelImage apply(Changes changes) {
        ImageEdit edit = new ImageEdit(this);
        changes.newJobs().forEach(edit::put);
        changes.jobs().forEach(edit::put);
        changes.workers().forEach(edit::put);
        changes.assignments().forEach(edit::put);
        return edit.image();
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
        return onWorker.getOrDefault(id, List.of());
    }

    /// Returns the assignments of a job that hold slots, oldest first, those of earlier attempts included.
    public List<Assignment> live(JobId id) {
        return ofJob.getOrDefault(id, List.of());
    }

    /// Returns how many slots of a worker are free.
    public int freeSlots(Worker worker) {
        return Math.max(0, worker.offer().slots() - live(worker.id()).size());
    }

    /// Returns how many shards of a live job have a worker that is to go on.
    public int alive(Job job) {
        return (int) current(job.id()).values().stream()
                .filter(assignment -> job.hasShard(assignment.shard()) && assignment.isAlive())
                .count();
    }

    /// Returns whether every shard that takes part has a ready worker.
    public boolean isWhole(Job job) {
        return notReady(job).isEmpty();
    }

    /// Returns the shards that take part and have no ready worker, ascending.
    public List<Integer> notReady(Job job) {
        SortedMap<Integer, Assignment> holders = current(job.id());
        List<Integer> missing = new ArrayList<>();
        for (int shard = 0; shard < job.shards(); shard++) {
            Assignment holder = holders.get(shard);
            if (job.hasShard(shard)
                    && (holder == null || !holder.isAlive() || holder.state() != AssignmentState.READY)) {
                missing.add(shard);
            }
        }
        return missing;
    }

    Map<JobId, Job> jobMap() {
        return jobs;
    }

    Map<WorkerId, Worker> workerMap() {
        return workers;
    }

    Map<AssignmentId, Assignment> assignmentMap() {
        return assignments;
    }

    Map<JobId, SortedMap<Integer, Assignment>> currentMap() {
        return current;
    }

    Map<WorkerId, List<Assignment>> onWorkerMap() {
        return onWorker;
    }

    Map<JobId, List<Assignment>> ofJobMap() {
        return ofJob;
    }
}
