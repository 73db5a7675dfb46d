package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Ending;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.NewJob;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// The decisions behind the kernel's verbs on jobs.
final class JobVerbs {
    private static final String FEDERATION = "federation";

    private JobVerbs() {}

    static Submitted submit(Draft draft, Facts facts, NewJob wanted) {
        List<Job> own = draft.image().jobs().stream()
                .filter(job -> job.ownerId().equals(wanted.ownerId()))
                .toList();
        Optional<Job> holder =
                own.stream().filter(job -> job.slug().equals(wanted.slug())).findFirst();
        if (holder.isPresent()) {
            return new Submitted.SlugInUse(holder.get());
        }
        if (own.size() >= facts.config().maxLiveJobs()) {
            return new Submitted.TooManyLiveJobs(own.size(), facts.config().maxLiveJobs());
        }
        if (wanted.selection() instanceof Selection.Pinned(var workers)) {
            Set<WorkerId> seen = new HashSet<>();
            for (WorkerId id : workers) {
                if (!seen.add(id)) {
                    return new Submitted.DuplicateWorker(id);
                }
                if (draft.image()
                        .worker(id)
                        .filter(worker -> worker.serves(wanted.ownerId()))
                        .isEmpty()) {
                    return new Submitted.UnknownWorker(id);
                }
            }
        }
        Job job = Job.queued(wanted, draft.now());
        draft.insert(job, wanted.ownerId().value());
        return new Submitted.Accepted(job);
    }

    /// Returns the job with the wish recorded; empty if it is not live.
    static Optional<Job> cancel(Draft draft, JobId id, String actor) {
        return draft.job(id).map(job -> job.cancelRequested() ? job : Endings.cancel(draft, job, actor));
    }

    static boolean annotate(Draft draft, JobId id, String note, List<String> tags) {
        Optional<Job> job = draft.job(id);
        job.ifPresent(live -> draft.put(live.annotate(note, tags), null, Draft.KERNEL));
        return job.isPresent();
    }

    static Verdict start(Draft draft, JobId id) {
        return goingOn(draft, id, job -> {
            if (!job.is(JobPhase.PREPARING)) {
                return new Verdict.Rejected("job " + id + " is " + job.phase() + ", not preparing");
            }
            List<Integer> notReady = draft.image().notReady(job);
            if (!notReady.isEmpty()) {
                return new Verdict.Rejected(Job.site(notReady.getFirst()) + " of job " + id + " is not ready");
            }
            return put(draft, job.start(draft.now()), "every site is ready");
        });
    }

    static Verdict finalizing(Draft draft, JobId id) {
        return goingOn(draft, id, job -> {
            Verdict verdict = put(draft, job.finalizing(draft.now()), "all rounds are committed");
            draft.image().live(id).stream()
                    .filter(assignment -> assignment.state() != AssignmentState.READY)
                    .forEach(assignment -> draft.put(assignment.stop()));
            return verdict;
        });
    }

    static Verdict finish(Draft draft, JobId id) {
        return goingOn(draft, id, job -> {
            if (!job.is(JobPhase.FINALIZING)) {
                throw new IllegalStateException("job " + id + " cannot finish from " + job.state() + "/" + job.phase()
                        + ": call finalizing first");
            }
            Endings.stopAll(draft, id);
            return put(draft, job.finish(draft.now()), "all outputs are stored");
        });
    }

    static Verdict failing(Draft draft, JobId id, Failure failure) {
        return goingOn(draft, id, job -> {
            Endings.fail(draft, job, failure, FEDERATION);
            return new Verdict.Applied(draft.job(id).orElseThrow());
        });
    }

    static Verdict fail(Draft draft, JobId id, Failure failure) {
        return live(draft, id, job -> {
            if (job.ending().orElse(null) instanceof Ending.Cancelled) {
                return new Verdict.Rejected("job " + id + " is being cancelled");
            }
            Failure why = job.ending().orElse(null) instanceof Ending.Failed(var first) ? first : failure;
            Endings.stopAll(draft, id);
            return put(draft, job.fail(why, draft.now()), why.message());
        });
    }

    static Verdict confirmCancelled(Draft draft, JobId id) {
        return live(draft, id, job -> {
            if (!(job.ending().orElse(null) instanceof Ending.Cancelled)) {
                return new Verdict.Rejected("job " + id + " is not being cancelled");
            }
            int holding = draft.image().live(id).size();
            if (holding > 0) {
                return new Verdict.Rejected(
                        "job " + id + " waits for " + holding + (holding == 1 ? " worker" : " workers") + " to stop");
            }
            return put(draft, job.cancelled(draft.now()), "every worker has stopped");
        });
    }

    static boolean counts(KernelImage image, AssignmentId id) {
        return image.assignment(id)
                .filter(assignment -> assignment.isLive() && assignment.strikes() > 0)
                .isPresent();
    }

    static boolean progressed(Draft draft, AssignmentId id) {
        if (counts(draft.image(), id)) {
            draft.image().assignment(id).map(Assignment::progressed).ifPresent(draft::put);
        }
        return true;
    }

    private static Verdict live(Draft draft, JobId id, Function<Job, Verdict> verb) {
        Optional<Job> job = draft.job(id);
        return job.isEmpty() ? new Verdict.Rejected("job " + id + " is not live") : verb.apply(job.get());
    }

    private static Verdict goingOn(Draft draft, JobId id, Function<Job, Verdict> verb) {
        return live(
                draft,
                id,
                job -> job.isGoingOn()
                        ? verb.apply(job)
                        : new Verdict.Rejected("job " + id + " is about to end: " + words(job.ending())));
    }

    private static String words(Optional<Ending> ending) {
        return switch (ending.orElse(null)) {
            case Ending.Cancelled(var actor) -> "cancelled by " + actor;
            case Ending.Failed(var failure) -> failure.message();
            case null -> "for no reason";
        };
    }

    private static Verdict put(Draft draft, Job next, String reason) {
        draft.put(next, reason, FEDERATION);
        return new Verdict.Applied(next);
    }
}
