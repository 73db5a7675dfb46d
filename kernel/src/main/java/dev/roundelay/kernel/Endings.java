package dev.roundelay.kernel;

import dev.roundelay.kernel.job.Ending;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;

/// How jobs end: the pending end first, then, when federation has written the outputs, the end itself.
final class Endings {
    private Endings() {}

    /// Records that the job fails, and stops its assignments. An end that is pending already stays.
    static void fail(Draft draft, Job job, Failure failure, String actor) {
        if (job.isGoingOn()) {
            draft.put(job.end(new Ending.Failed(failure), draft.now()), failure.message(), actor);
            stopAll(draft, job.id());
        }
    }

    /// Records the user's wish, and stops the assignments.
    static Job cancel(Draft draft, Job job, String actor) {
        Job next = job.requestCancel(actor, draft.now());
        draft.put(next, "cancelled by " + actor, actor);
        stopAll(draft, job.id());
        return next;
    }

    /// Tells every assignment of the job that holds a slot to stop.
    static void stopAll(Draft draft, JobId id) {
        draft.image().live(id).forEach(assignment -> draft.put(assignment.stop()));
    }
}
