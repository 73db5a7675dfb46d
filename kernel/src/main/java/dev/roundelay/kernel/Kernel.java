package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.NewJob;
import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerPatch;
import dev.roundelay.kernel.worker.WorkerReport;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// All that lives and every verb on it. Safe for use by many threads.
///
/// Changes are decided by pure functions over the image, committed in one transaction, applied to the image and then
/// told to the listeners, one after the other. Reads and syncs without news never wait for a change.
///
/// Every verb throws [KernelException] if this server is not the active one or the store does not answer.
public final class Kernel {
    private final KernelStore store;
    private final KernelConfig config;
    private final InstantSource wall;
    private final LongSupplier nanos;
    private final RandomGenerator random;

    /// Creates a kernel that is not active yet.
    ///
    /// @param wall   for display and for the first count of a bound after a restart
    /// @param nanos  monotonic, such as `System::nanoTime`
    /// @param random cryptographically strong in production: it makes the fences
    public Kernel(
            KernelStore store, KernelConfig config, InstantSource wall, LongSupplier nanos, RandomGenerator random) {
        this.store = store;
        this.config = config;
        this.wall = wall;
        this.nanos = nanos;
        this.random = random;
    }

    /// Reads the state and serves; every formerly live lease gets its grace.
    public void activate(Epoch epoch) {
        throw unfinished();
    }

    /// Stops serving; nothing is written.
    public void deactivate() {
        throw unfinished();
    }

    /// Adds a listener. Listeners are called in the order of their adding.
    public void addListener(KernelListener listener) {
        throw unfinished();
    }

    /// Returns a snapshot.
    public KernelView view() {
        throw unfinished();
    }

    /// Puts a job into the queue.
    public Submitted submit(NewJob job, Participant with) {
        throw unfinished();
    }

    /// Records the user's wish to cancel.
    public Cancelled cancel(JobId id, String actor) {
        throw unfinished();
    }

    /// Sets note and tags of a job, live or ended; returns whether there is such a job.
    public boolean annotate(JobId id, String note, List<String> tags) {
        throw unfinished();
    }

    /// Lets a worker join; the participant writes its secret.
    public Registered register(NewWorker worker, Participant with) {
        throw unfinished();
    }

    /// Takes a worker's report, renews its leases and returns what it is to hold.
    public SyncResult sync(WorkerId id, WorkerReport report) {
        throw unfinished();
    }

    /// Gives the worker nothing new; returns whether there is such a worker.
    public boolean drain(WorkerId id, String actor) {
        throw unfinished();
    }

    /// Ends draining and quarantine; returns whether there is such a worker.
    public boolean undrain(WorkerId id, String actor) {
        throw unfinished();
    }

    /// Removes the worker, its assignments are lost; returns whether there was such a worker.
    public boolean remove(WorkerId id, String actor) {
        throw unfinished();
    }

    /// Changes what the owner sets of a worker.
    public Registered update(WorkerId id, WorkerPatch patch) {
        throw unfinished();
    }

    /// PENDING/preparing -> RUNNING/training: model 0 is there. Rejected while a shard that takes part is not ready.
    public Verdict start(JobId id) {
        throw unfinished();
    }

    /// RUNNING -> phase finalizing: all rounds are committed; lost workers are not replaced any more.
    public Verdict finalizing(JobId id) {
        throw unfinished();
    }

    /// RUNNING/finalizing -> FINISHED, with the participant's facts in the same transaction. Rejected if an end is
    /// pending.
    public Verdict finish(JobId id, Participant with) {
        throw unfinished();
    }

    /// Records that the job fails and stops its assignments; federation writes the outputs and then calls [#fail].
    /// Rejected if an end is pending already.
    public Verdict failing(JobId id, Failure failure) {
        throw unfinished();
    }

    /// -> FAILED, with the participant's facts in the same transaction. A pending failure that was recorded before
    /// wins over this one. Rejected if a cancel is pending.
    public Verdict fail(JobId id, Failure failure, Participant with) {
        throw unfinished();
    }

    /// A job whose cancel is pending -> CANCELLED, with the participant's facts in the same transaction. Rejected
    /// while an assignment of it holds a slot.
    public Verdict confirmCancelled(JobId id, Participant with) {
        throw unfinished();
    }

    /// A step of this assignment was accepted: its shard's attempts count from here. Cheap if they do already.
    public void progressed(AssignmentId id) {
        throw unfinished();
    }

    /// Expires leases, places lost shards, then the queue, checks bounds, writes renewals. Called every 200 ms and
    /// after events.
    public void runDueWork() {
        throw unfinished();
    }

    private KernelException unfinished() {
        return new KernelException(
                KernelException.Fault.NOT_ACTIVE,
                "[kernel] not active yet" + store + config + wall + nanos + random,
                null);
    }
}
