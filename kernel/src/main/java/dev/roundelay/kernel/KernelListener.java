package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.Set;

/// Is told of what has been committed: after the commit, never under the kernel's lock, for each job in order. Calls
/// come from the thread that made the change and must return quickly; an exception is logged and goes no further.
public interface KernelListener {
    /// Something of the job changed: its row, or one of its assignments. It may have ended and left the view.
    default void jobChanged(JobId id) {}

    /// Something that these workers are to do, or may know of themselves, changed: wake their parked sync.
    default void workersChanged(Set<WorkerId> ids) {}

    /// A site failed by the user's fault and the job goes on (`continueOnSiteError`): it sits out the open round. The
    /// kernel places a further attempt by itself.
    default void siteFailed(JobId id, Assignment failed, Failure failure) {}

    /// A shard has used up its attempts and the job goes on without it. A fact for a warning.
    default void siteDropped(JobId id, int shard, Failure why) {}

    /// This server is no longer the active one: another has taken over, found out by a commit.
    default void deposed(Epoch epoch) {}
}
