package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes the next image out of one: copies a map before its first change, and nothing else. [#image] shows the edits
/// so far; whoever keeps that image must make no further edit.
final class ImageEdit {
    private static final Comparator<Assignment> OLDEST_FIRST =
            Comparator.comparing(Assignment::offeredAt).thenComparing(Assignment::id);

    private Map<JobId, Job> jobs;
    private Map<WorkerId, Worker> workers;
    private Map<AssignmentId, Assignment> assignments;
    private Map<JobId, SortedMap<Integer, Assignment>> current;
    private Map<WorkerId, List<Assignment>> onWorker;
    private Map<JobId, List<Assignment>> ofJob;
    private boolean jobsCopied;
    private boolean workersCopied;
    private boolean assignmentsCopied;

    ImageEdit(KernelImage from) {
        this.jobs = from.jobMap();
        this.workers = from.workerMap();
        this.assignments = from.assignmentMap();
        this.current = from.currentMap();
        this.onWorker = from.onWorkerMap();
        this.ofJob = from.ofJobMap();
    }

    KernelImage image() {
        return new KernelImage(jobs, workers, assignments, current, onWorker, ofJob);
    }

    void put(Job job) {
        if (!jobsCopied) {
            jobs = new HashMap<>(jobs);
            jobsCopied = true;
        }
        if (job.isLive()) {
            jobs.put(job.id(), job);
        } else {
            jobs.remove(job.id());
            forget(job.id());
        }
    }

    void put(Worker worker) {
        if (!workersCopied) {
            workers = new HashMap<>(workers);
            workersCopied = true;
        }
        if (worker.state().isTerminal()) {
            workers.remove(worker.id());
        } else {
            workers.put(worker.id(), worker);
        }
    }

    void put(Assignment assignment) {
        copyAssignments();
        boolean isCurrent = jobs.containsKey(assignment.jobId()) && takePlace(assignment);
        if (assignment.isLive() || isCurrent) {
            assignments.put(assignment.id(), assignment);
        } else {
            assignments.remove(assignment.id());
        }
        list(onWorker, assignment.workerId(), assignment);
        list(ofJob, assignment.jobId(), assignment);
    }

    private boolean takePlace(Assignment assignment) {
        SortedMap<Integer, Assignment> before = current.get(assignment.jobId());
        @Nullable Assignment holder = before == null ? null : before.get(assignment.shard());
        if (holder != null && holder.attempt() > assignment.attempt()) {
            return false;
        }
        if (holder != null && !holder.id().equals(assignment.id()) && !holder.isLive()) {
            assignments.remove(holder.id());
        }
        SortedMap<Integer, Assignment> shards = before == null ? new TreeMap<>() : new TreeMap<>(before);
        shards.put(assignment.shard(), assignment);
        current.put(assignment.jobId(), shards);
        return true;
    }

    private void forget(JobId ended) {
        SortedMap<Integer, Assignment> shards = current.get(ended);
        if (shards == null) {
            return;
        }
        copyAssignments();
        current.remove(ended);
        shards.values().stream().filter(last -> !last.isLive()).forEach(last -> assignments.remove(last.id()));
    }

    private void copyAssignments() {
        if (!assignmentsCopied) {
            assignments = new HashMap<>(assignments);
            current = new HashMap<>(current);
            onWorker = new HashMap<>(onWorker);
            ofJob = new HashMap<>(ofJob);
            assignmentsCopied = true;
        }
    }

    private static <K> void list(Map<K, List<Assignment>> lists, K key, Assignment assignment) {
        List<Assignment> next = new ArrayList<>(lists.getOrDefault(key, List.of()));
        next.removeIf(other -> other.id().equals(assignment.id()));
        if (assignment.isLive()) {
            next.add(assignment);
            next.sort(OLDEST_FIRST);
        }
        if (next.isEmpty()) {
            lists.remove(key);
        } else {
            lists.put(key, List.copyOf(next));
        }
    }
}
