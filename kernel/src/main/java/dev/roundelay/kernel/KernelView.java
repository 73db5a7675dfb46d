package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.matching.Requirements;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerReport;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// A snapshot of the kernel. Reading it never waits for the writer. What was committed is as of one instant; what
/// workers report with each sync (phase texts, telemetry, leases) is as of the call.
public interface KernelView {
    /// Returns the image of what was committed.
    KernelImage image();

    /// Returns where a queued job stands; empty if it is not queued.
    Optional<QueuePlace> queuePlace(JobId id);

    /// Returns one line for each shard that takes part; empty if the job is not live.
    List<SiteStatus> sites(JobId id);

    /// Returns a line on what the job is busy with, for people; empty if there is nothing to say.
    Optional<String> phaseDetail(JobId id);

    /// Returns a worker with what its last sync said.
    Optional<WorkerStatus> worker(WorkerId id);

    /// Returns all workers, by name.
    List<WorkerStatus> workers();

    /// Returns the workers that take shards now and fit, busy ones included, by name: for a preflight, and for the
    /// sites of a dataset, which are submitted as a pinned selection.
    List<Worker> fitting(Requirements requirements);

    /// Returns what the worker said of an assignment at its last sync; empty if nothing yet.
    Optional<WorkerReport.Held> held(AssignmentId id);

    /// Returns until when the assignment is leased; empty if it holds no slot.
    Optional<Instant> leasedUntil(AssignmentId id);

    /// Returns a live job.
    default Optional<Job> job(JobId id) {
        return image().job(id);
    }

    /// Returns all live jobs.
    default Collection<Job> jobs() {
        return image().jobs();
    }

    /// Returns the current assignment of a shard of a live job.
    default Optional<Assignment> current(JobId id, int shard) {
        return Optional.ofNullable(image().current(id).get(shard));
    }
}
