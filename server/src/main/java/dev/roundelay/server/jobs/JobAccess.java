package dev.roundelay.server.jobs;

import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Caller;
import java.util.Optional;

/// Finds jobs that a caller may see: one's own, and for administrators all.
public final class JobAccess {
    private final Kernel kernel;
    private final KernelStore store;

    public JobAccess(Kernel kernel, KernelStore store) {
        this.kernel = kernel;
        this.store = store;
    }

    /// Returns a job, live or ended.
    ///
    /// @throws ApiException `not_found`, also for somebody else's
    public Job require(Caller caller, String id) {
        return find(id).filter(job -> job.ownerId().equals(caller.user()) || caller.admin())
                .orElseThrow(() -> ApiException.notFound("job", id));
    }

    /// Returns a job of anybody's. A live one is read from memory.
    public Optional<Job> find(String id) {
        JobId jobId = new JobId(id);
        return kernel.view().job(jobId).or(() -> store.findJob(jobId));
    }
}
