package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.matching.Matcher;
import dev.roundelay.kernel.matching.Pool;
import dev.roundelay.kernel.queue.QueuePlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Gives lost shards their next attempt, then gives up those that have none left.
final class Placement {
    private static final Comparator<Job> RUNNING_FIRST = Comparator.comparing(
                    (Job job) -> job.state() != JobState.RUNNING)
            .thenComparing(Job::createdAt)
            .thenComparing(Job::id);

    private Placement() {}

    /// Returns whether any shard of a job that holds slots has none.
    static boolean isDue(KernelImage image) {
        return image.jobs().stream()
                .anyMatch(job -> holdsSlots(job) && !unplaced(image, job).isEmpty());
    }

    /// Places what can be placed; a shard without an attempt left is given up. Lost shards come before the queue.
    static boolean lostShards(Draft draft, Facts facts) {
        List<Job> jobs = draft.image().jobs().stream()
                .filter(job -> holdsSlots(job) && !unplaced(draft.image(), job).isEmpty())
                .sorted(RUNNING_FIRST)
                .toList();
        Pool pool = facts.pool(draft.image());
        for (Job job : jobs) {
            SortedMap<Integer, Assignment> holders = draft.image().current(job.id());
            for (int shard : unplaced(draft.image(), job)) {
                Optional<Assignment> last = Optional.ofNullable(holders.get(shard));
                if (!Shards.isExhausted(job, shard, last.orElse(null))) {
                    Matcher.again(
                                    pool,
                                    job,
                                    shard,
                                    last.map(Assignment::workerId).orElse(null))
                            .ifPresent(worker -> Shards.offer(draft, facts, job, shard, worker));
                }
            }
        }
        jobs.forEach(job -> giveUpExhausted(draft, facts, job));
        return true;
    }

    /// Places the jobs of a plan, each whole.
    static boolean start(Draft draft, Facts facts, QueuePlan plan) {
        for (QueuePlan.Start start : plan.starts()) {
            start.workers().forEach((shard, worker) -> Shards.offer(draft, facts, start.job(), shard, worker));
            draft.put(start.job().prepare(draft.now()), "every shard has a worker", Draft.KERNEL);
        }
        return true;
    }

    /// Returns whether the job is one whose shards hold slots and are replaced when lost.
    static boolean holdsSlots(Job job) {
        return job.isGoingOn()
                && (job.is(JobPhase.PREPARING) || job.is(JobPhase.TRAINING) || job.is(JobPhase.RECOVERING));
    }

    /// Returns the shards that take part and have no slot, ascending.
    static List<Integer> unplaced(KernelImage image, Job job) {
        SortedMap<Integer, Assignment> holders = image.current(job.id());
        List<Integer> found = new ArrayList<>();
        for (int shard = 0; shard < job.shards(); shard++) {
            Assignment holder = holders.get(shard);
            if (job.hasShard(shard) && (holder == null || !holder.isLive())) {
                found.add(shard);
            }
        }
        return found;
    }

    private static void giveUpExhausted(Draft draft, Facts facts, Job before) {
        for (int shard : unplaced(draft.image(), before)) {
            Optional<Job> job = draft.job(before.id()).filter(Placement::holdsSlots);
            Assignment last = draft.image().current(before.id()).get(shard);
            if (job.isPresent() && Shards.isExhausted(job.get(), shard, last)) {
                Shards.giveUp(draft, job.get(), shard, whyExhausted(draft, facts, job.get(), shard, last));
            }
        }
    }

    private static Failure whyExhausted(Draft draft, Facts facts, Job job, int shard, @Nullable Assignment last) {
        if (last != null
                && last.failure() != null
                && (last.state() == AssignmentState.FAILED
                        || last.failure().category().equals(Failure.PLATFORM))) {
            return last.failure();
        }
        int attempts = job.limits().maxAttempts();
        List<Integer> lost = unplaced(draft.image(), job);
        return Failures.workersLost(
                draft.image(),
                facts,
                job,
                lost.contains(shard) ? lost : List.of(shard),
                attempts + (attempts == 1 ? " attempt" : " attempts") + " without an accepted step");
    }
}
