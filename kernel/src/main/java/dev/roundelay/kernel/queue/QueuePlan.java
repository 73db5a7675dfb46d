package dev.roundelay.kernel.queue;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// What one pass over the queue decided.
///
/// @param starts   jobs that get their slots, in order
/// @param passedBy how often each waiting job was overtaken, this pass included; jobs that do not wait are left out
public record QueuePlan(List<Start> starts, Map<JobId, Integer> passedBy) {
    public QueuePlan {
        starts = List.copyOf(starts);
        passedBy = Map.copyOf(passedBy);
    }

    /// A job and the worker of each of its shards.
    public record Start(Job job, SortedMap<Integer, WorkerId> workers) {}
}
