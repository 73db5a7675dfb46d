package dev.roundelay.kernel;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.matching.Explanation;
import dev.roundelay.kernel.matching.Pool;
import dev.roundelay.kernel.queue.QueuePlanner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Finds what is over a bound, so that nothing waits in silence. For the one thread that does due work.
final class Bounds {
    private final Facts facts;
    private final Ages ages = new Ages();

    private record InPhase(JobId job) {}

    private record Running(JobId job) {}

    private record Unplaced(JobId job, int shard) {}

    private record NotReady(JobId job, int shard) {}

    Bounds(Facts facts) {
        this.facts = facts;
    }

    void clear() {
        ages.clear();
    }

    /// Returns the decisions that are due now, one for each job at most.
    List<Function<Draft, Boolean>> due(KernelImage image, Instant wall, long nanos) {
        List<Function<Draft, Boolean>> due = new ArrayList<>();
        for (Job job : image.jobs()) {
            if (job.isGoingOn()) {
                due(image, job, wall, nanos).ifPresent(due::add);
            }
        }
        ages.sweep();
        return due;
    }

    private Optional<Function<Draft, Boolean>> due(KernelImage image, Job job, Instant wall, long nanos) {
        Duration inPhase = ages.of(new InPhase(job.id()), job.phaseSince(), wall, nanos);
        if (job.is(JobPhase.QUEUED)) {
            return inPhase.compareTo(job.limits().queueTimeout()) < 0
                    ? Optional.empty()
                    : Optional.of(draft -> ifStill(draft, job, this::queueTimeout));
        }
        if (job.is(JobPhase.PREPARING)) {
            return preparing(image, job, inPhase, nanos);
        }
        Optional<Duration> limit = job.limits().maxDuration();
        if (job.startedAt() == null || job.is(JobPhase.FINALIZING)) {
            return Optional.empty();
        }
        Duration ran = ages.of(new Running(job.id()), job.startedAt(), wall, nanos);
        if (limit.isPresent() && ran.compareTo(limit.get()) >= 0) {
            return Optional.of(draft -> ifStill(
                    draft,
                    job,
                    (same, now) -> Endings.fail(same, now, Failures.maxDuration(now, limit.get()), Draft.KERNEL)));
        }
        return recovering(image, job, nanos);
    }

    private Optional<Function<Draft, Boolean>> preparing(KernelImage image, Job job, Duration inPhase, long nanos) {
        if (inPhase.compareTo(job.limits().prepareTimeout()) >= 0) {
            return Optional.of(draft -> ifStill(
                    draft,
                    job,
                    (same, now) -> Endings.fail(
                            same, now, Failures.prepareTimeout(now, same.image().notReady(now)), Draft.KERNEL)));
        }
        boolean broken = false;
        for (int shard : Placement.unplaced(image, job)) {
            Duration missing = ages.of(new Unplaced(job.id(), shard), nanos);
            broken |= missing.compareTo(facts.config().wholeWithin()) >= 0;
        }
        return broken ? Optional.of(draft -> ifStill(draft, job, this::requeue)) : Optional.empty();
    }

    private Optional<Function<Draft, Boolean>> recovering(KernelImage image, Job job, long nanos) {
        List<Integer> late = new ArrayList<>();
        for (int shard : image.notReady(job)) {
            Duration missing = ages.of(new NotReady(job.id(), shard), nanos);
            if (missing.compareTo(job.limits().recoveryTimeout()) >= 0) {
                late.add(shard);
            }
        }
        return late.isEmpty()
                ? Optional.empty()
                : Optional.of(draft -> ifStill(draft, job, (same, now) -> recoveryTimeout(same, now, late)));
    }

    private void queueTimeout(Draft draft, Job job) {
        Pool pool = facts.pool(draft.image());
        String explanation = Explanation.of(pool, job, QueuePlanner.shards(job).size());
        Endings.fail(draft, job, Failures.queueTimeout(job, explanation), Draft.KERNEL);
    }

    private void requeue(Draft draft, Job job) {
        List<Integer> unplaced = Placement.unplaced(draft.image(), job);
        if (unplaced.isEmpty()) {
            return;
        }
        String reason = "no other worker for " + Job.site(unplaced.getFirst()) + " within "
                + facts.config().wholeWithin().toSeconds() + " s";
        draft.put(job.requeue(draft.now()), reason, Draft.KERNEL);
        Endings.stopAll(draft, job.id());
    }

    private void recoveryTimeout(Draft draft, Job job, List<Integer> late) {
        List<Integer> still = new ArrayList<>(late);
        still.retainAll(draft.image().notReady(job));
        String why = "no ready worker within recoveryTimeoutSeconds, "
                + job.limits().recoveryTimeout().toSeconds() + " s";
        for (int shard : still) {
            Optional<Job> now = draft.job(job.id()).filter(Placement::holdsSlots);
            if (now.isPresent()) {
                Shards.giveUp(
                        draft, now.get(), shard, Failures.workersLost(draft.image(), facts, now.get(), still, why));
            }
        }
    }

    private interface Decision {
        void decide(Draft draft, Job job);
    }

    /// Decides only if the job is still in the phase, and the attempts are still those, that were found over the
    /// bound.
    private static boolean ifStill(Draft draft, Job seen, Decision decision) {
        Optional<Job> now = draft.job(seen.id())
                .filter(job -> job.isGoingOn()
                        && job.phase() == seen.phase()
                        && job.phaseSince().equals(seen.phaseSince()));
        now.ifPresent(job -> decision.decide(draft, job));
        return now.isPresent();
    }
}
