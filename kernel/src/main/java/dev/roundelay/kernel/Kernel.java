package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.NewJob;
import dev.roundelay.kernel.lease.LeaseTable;
import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerPatch;
import dev.roundelay.kernel.worker.WorkerReport;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
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
    private final InstantSource wall;
    private final Facts facts;
    private final Notices notices = new Notices();
    private final Presence presence = new Presence();
    private final Writer writer;
    private final Intake intake;
    private final DueWork dueWork;
    private volatile LiveView view;

    /// Creates a kernel that is not active yet.
    ///
    /// @param wall   for display and for the first count of a bound after a restart
    /// @param nanos  monotonic, such as `System::nanoTime`
    /// @param random cryptographically strong in production: it makes the fences
    public Kernel(
            KernelStore store, KernelConfig config, InstantSource wall, LongSupplier nanos, RandomGenerator random) {
        this.store = store;
        this.wall = wall;
        LeaseTable leases = new LeaseTable(config.lease(), config.grace(), config.pause());
        this.facts = new Facts(config, presence, leases, nanos, random);
        this.writer = new Writer(store, wall, facts, notices);
        this.intake = new Intake(writer, facts);
        this.dueWork = new DueWork(writer, store, wall, facts);
        this.view = new LiveView(KernelImage.empty(), facts, wall);
    }

    /// Reads the state and serves; every formerly live lease gets its grace.
    public void activate(Epoch epoch) {
        dueWork.restart();
        writer.activate(epoch);
    }

    /// Stops serving; nothing is written.
    public void deactivate() {
        writer.deactivate();
    }

    /// Adds a listener. Listeners are called in the order of their adding.
    public void addListener(KernelListener listener) {
        notices.addListener(listener);
    }

    /// Returns a snapshot.
    ///
    /// @throws KernelException if this server is not the active one: it cannot say that something does not exist
    public KernelView view() {
        KernelImage image = writer.image();
        LiveView last = view;
        if (last.image() != image) {
            last = new LiveView(image, facts, wall);
            view = last;
        }
        return last;
    }

    /// Puts a job into the queue.
    public Submitted submit(NewJob job, Participant with) {
        return writer.change(with, draft -> JobVerbs.submit(draft, facts, job));
    }

    /// Records the user's wish to cancel.
    public Cancelled cancel(JobId id, String actor) {
        Optional<Job> live = writer.change(Participant.NONE, draft -> JobVerbs.cancel(draft, id, actor));
        if (live.isPresent()) {
            return new Cancelled.Requested(live.get());
        }
        Optional<Job> ended = store.findJob(id).filter(job -> !job.isLive());
        if (ended.isEmpty()) {
            return new Cancelled.Unknown(id);
        }
        return ended.get().state() == JobState.CANCELLED
                ? new Cancelled.AlreadyCancelled(ended.get())
                : new Cancelled.AlreadyEnded(ended.get());
    }

    /// Sets note and tags of a job, live or ended; returns whether there is such a job.
    public boolean annotate(JobId id, String note, List<String> tags) {
        return writer.<Boolean>change(Participant.NONE, draft -> JobVerbs.annotate(draft, id, note, tags))
                || writer.write(epoch -> store.annotateEnded(epoch, id, note, tags));
    }

    /// Lets a worker join; the participant writes its secret.
    public Registered register(NewWorker worker, Participant with) {
        return writer.change(with, draft -> WorkerVerbs.register(draft, worker));
    }

    /// Takes a worker's report, renews its leases and returns what it is to hold.
    public SyncResult sync(WorkerId id, WorkerReport report) {
        KernelImage image = writer.image();
        Optional<Worker> worker = image.worker(id);
        if (worker.isEmpty()) {
            return new SyncResult.Unknown();
        }
        if (Reports.isSuperseded(worker.get(), report)) {
            return new SyncResult.Superseded(worker.get());
        }
        // Leases are renewed before anything is written: an outage of the store costs none.
        if (report.instanceId().equals(worker.get().instanceId())) {
            renew(image, id, report);
        }
        if (Reports.hasNews(image, worker.get(), report)) {
            if (!intake.take(id, report)) {
                return sync(id, report);
            }
            renew(writer.image(), id, report);
        }
        KernelImage after = writer.image();
        return after.worker(id)
                .<SyncResult>map(known -> new SyncResult.Current(known, after.live(id)))
                .orElseGet(SyncResult.Unknown::new);
    }

    /// Gives the worker nothing new; returns whether there is such a worker.
    public boolean drain(WorkerId id, String actor) {
        return writer.change(Participant.NONE, draft -> WorkerVerbs.change(draft, id, Worker::drained));
    }

    /// Ends draining and quarantine; returns whether there is such a worker.
    public boolean undrain(WorkerId id, String actor) {
        return writer.change(Participant.NONE, draft -> WorkerVerbs.change(draft, id, Worker::undrained));
    }

    /// Removes the worker, its assignments are lost; returns whether there was such a worker.
    public boolean remove(WorkerId id, String actor) {
        return writer.change(Participant.NONE, draft -> WorkerVerbs.remove(draft, id));
    }

    /// Changes what the owner sets of a worker; empty if there is no such worker.
    public Optional<Registered> update(WorkerId id, WorkerPatch patch) {
        return writer.change(Participant.NONE, draft -> WorkerVerbs.update(draft, id, patch));
    }

    /// PENDING/preparing -> RUNNING/training: model 0 is there. Rejected while a shard that takes part is not ready.
    public Verdict start(JobId id) {
        return writer.change(Participant.NONE, draft -> JobVerbs.start(draft, id));
    }

    /// RUNNING -> phase finalizing: all rounds are committed; lost workers are not replaced any more.
    public Verdict finalizing(JobId id) {
        return writer.change(Participant.NONE, draft -> JobVerbs.finalizing(draft, id));
    }

    /// RUNNING/finalizing -> FINISHED, with the participant's facts in the same transaction. Rejected if an end is
    /// pending.
    public Verdict finish(JobId id, Participant with) {
        return writer.change(with, draft -> JobVerbs.finish(draft, id));
    }

    /// Records that the job fails and stops its assignments; federation writes the outputs and then calls [#fail].
    /// Rejected if an end is pending already.
    public Verdict failing(JobId id, Failure failure) {
        return writer.change(Participant.NONE, draft -> JobVerbs.failing(draft, id, failure));
    }

    /// -> FAILED, with the participant's facts in the same transaction. A pending failure that was recorded before
    /// wins over this one. Rejected if a cancel is pending.
    public Verdict fail(JobId id, Failure failure, Participant with) {
        return writer.change(with, draft -> JobVerbs.fail(draft, id, failure));
    }

    /// A job whose cancel is pending -> CANCELLED, with the participant's facts in the same transaction. Rejected
    /// while an assignment of it holds a slot.
    public Verdict confirmCancelled(JobId id, Participant with) {
        return writer.change(with, draft -> JobVerbs.confirmCancelled(draft, id));
    }

    /// A step of this assignment was accepted: its shard's attempts count from here. Cheap if they do already.
    public void progressed(AssignmentId id) {
        if (JobVerbs.counts(writer.image(), id)) {
            writer.change(Participant.NONE, draft -> JobVerbs.progressed(draft, id));
        }
    }

    /// Expires leases, places lost shards, then the queue, checks bounds, writes renewals. Called every 200 ms and
    /// after events.
    public void runDueWork() {
        dueWork.run();
    }

    /// Deletes an ended job with the participant's facts.
    public Deletion deleteEnded(JobId id, Participant with) {
        if (!writer.image().live(id).isEmpty()) {
            return Deletion.WORKERS_STOPPING;
        }
        return writer.write(epoch -> store.deleteEnded(epoch, id, with)) ? Deletion.DELETED : Deletion.NOT_ENDED;
    }

    /// Returns whether this server is the active one.
    public boolean isActive() {
        return writer.isActive();
    }

    private void renew(KernelImage image, WorkerId id, WorkerReport report) {
        long now = facts.nanos().getAsLong();
        presence.saw(id, report, now, wall.instant());
        report.held()
                .forEach(held -> Reports.find(image, id, held)
                        .ifPresent(assignment -> facts.leases().renew(assignment.id(), now)));
    }
}
