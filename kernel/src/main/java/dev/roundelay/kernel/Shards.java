package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.Fence;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What becomes of a shard, and of its job, when its assignment begins, gets ready or ends.
final class Shards {
    private Shards() {}

    /// Offers the shard to a worker, as its next attempt.
    static void offer(Draft draft, Facts facts, Job job, int shard, WorkerId worker) {
        Assignment last = draft.image().current(job.id()).get(shard);
        draft.put(Assignment.offered(
                AssignmentId.create(draft.now(), facts.random()),
                job.id(),
                shard,
                worker,
                last == null ? 1 : last.attempt() + 1,
                strikes(last),
                Fence.create(facts.random()),
                draft.now()));
    }

    /// Returns whether the shard takes part, has no slot and no attempt left.
    static boolean isExhausted(Job job, int shard, @Nullable Assignment last) {
        return job.hasShard(shard)
                && last != null
                && !last.isLive()
                && strikes(last) > job.limits().maxAttempts();
    }

    static void ready(Draft draft, Assignment assignment, @Nullable Boolean validates) {
        draft.put(assignment.ready(validates));
        draft.image().worker(assignment.workerId()).ifPresent(worker -> draft.put(worker.proven()));
        draft.job(assignment.jobId()).ifPresent(job -> recoverIfWhole(draft, job));
    }

    static void lose(Draft draft, Assignment assignment, @Nullable Failure why) {
        draft.put(assignment.lose(draft.now(), why));
        jobThatMisses(draft, assignment).ifPresent(job -> missing(draft, job, assignment, "lost"));
    }

    static void fail(Draft draft, Facts facts, Assignment assignment, Failure told) {
        Failure failure = told.at(assignment.site());
        draft.put(assignment.fail(draft.now(), failure));
        if (failure.category().equals(Failure.PLATFORM)) {
            distrust(draft, facts, assignment, failure);
        }
        Optional<Job> missed = jobThatMisses(draft, assignment);
        if (missed.isEmpty()) {
            return;
        }
        Job job = missed.get();
        if (!failure.isUserFault()) {
            missing(draft, job, assignment, "failed on");
        } else if (job.continueOnSiteError() && draft.image().alive(job) >= job.minClients()) {
            draft.notice(new Notice.SiteFailed(
                    job.id(), draft.image().assignment(assignment.id()).orElse(assignment), failure));
            missing(draft, job, assignment, "sits out after an error on");
        } else {
            Endings.fail(draft, job, failure, Draft.KERNEL);
        }
    }

    /// Goes on without the shard if enough others are alive, else fails the job.
    static void giveUp(Draft draft, Job job, int shard, Failure why) {
        Assignment holder = draft.image().current(job.id()).get(shard);
        int others = draft.image().alive(job) - (holder != null && holder.isAlive() ? 1 : 0);
        if (others < job.minClients()) {
            Endings.fail(draft, job, why, Draft.KERNEL);
            return;
        }
        Job without = job.drop(shard);
        draft.put(without, null, Draft.KERNEL);
        if (holder != null && holder.isLive()) {
            draft.put(holder.stop());
        }
        draft.notice(new Notice.SiteDropped(job.id(), shard, why));
        recoverIfWhole(draft, without);
    }

    private static void recoverIfWhole(Draft draft, Job job) {
        if (job.isGoingOn() && job.is(JobPhase.RECOVERING) && draft.image().isWhole(job)) {
            draft.put(job.recover(draft.now()), "every site is ready again", Draft.KERNEL);
        }
    }

    /// Returns the job that misses this assignment now; empty if it ended, ends, writes its outputs or has another
    /// holder.
    private static Optional<Job> jobThatMisses(Draft draft, Assignment assignment) {
        SortedMap<Integer, Assignment> holders = draft.image().current(assignment.jobId());
        Assignment holder = holders.get(assignment.shard());
        return draft.job(assignment.jobId())
                .filter(job -> job.isGoingOn() && !job.is(JobPhase.FINALIZING) && job.hasShard(assignment.shard()))
                .filter(job ->
                        !assignment.stopping() && holder != null && holder.id().equals(assignment.id()));
    }

    private static void missing(Draft draft, Job job, Assignment assignment, String what) {
        if (job.is(JobPhase.TRAINING)) {
            String worker = draft.image()
                    .worker(assignment.workerId())
                    .map(Worker::name)
                    .orElse(assignment.workerId().value());
            draft.put(job.lose(draft.now()), assignment.site() + " " + what + " worker " + worker, Draft.KERNEL);
        }
    }

    private static void distrust(Draft draft, Facts facts, Assignment assignment, Failure failure) {
        draft.image().worker(assignment.workerId()).ifPresent(worker -> {
            int limit = facts.config().quarantineAfter();
            draft.put(worker.failedOnce(
                    limit, limit + " failures of the platform in a row, the last: " + failure.message()));
        });
    }

    private static int strikes(@Nullable Assignment last) {
        if (last == null) {
            return 1;
        }
        return switch (last.state()) {
            case LOST, FAILED -> last.stopping() ? Math.max(1, last.strikes()) : last.strikes() + 1;
            case OFFERED, PREPARING, READY, DONE, STOPPED -> Math.max(1, last.strikes());
        };
    }
}
