package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.matching.Pool;
import dev.roundelay.kernel.queue.QueuePlan;
import dev.roundelay.kernel.queue.QueuePlanner;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/// Everything that happens because time passes: leases run out, lost shards get their next attempt, the queue is
/// served, bounds are checked, renewals are written. One thread at a time; a call while another is at work makes that
/// one go round once more.
final class DueWork {
    private final Writer writer;
    private final KernelStore store;
    private final InstantSource wall;
    private final Facts facts;
    private final Bounds bounds;
    private final ReentrantLock working = new ReentrantLock();
    private final AtomicBoolean again = new AtomicBoolean();
    private Map<JobId, Integer> passedBy = Map.of();
    private KernelImage planned = KernelImage.empty();
    private long plannedAt;
    private long plannedSlots;
    private long renewedAt;

    DueWork(Writer writer, KernelStore store, InstantSource wall, Facts facts) {
        this.writer = writer;
        this.store = store;
        this.wall = wall;
        this.facts = facts;
        this.bounds = new Bounds(facts);
    }

    /// Forgets what belongs to an earlier term.
    void restart() {
        working.lock();
        try {
            bounds.clear();
            passedBy = Map.of();
            planned = KernelImage.empty();
            renewedAt = facts.nanos().getAsLong();
        } finally {
            working.unlock();
        }
    }

    void run() {
        again.set(true);
        while (again.get() && working.tryLock()) {
            try {
                again.set(false);
                once();
            } finally {
                working.unlock();
            }
        }
    }

    private void once() {
        renew();
        writer.change(Participant.NONE, this::expire);
        if (Placement.isDue(writer.image())) {
            writer.change(Participant.NONE, draft -> Placement.lostShards(draft, facts));
        }
        bounds.due(writer.image(), wall.instant(), facts.nanos().getAsLong())
                .forEach(decision -> writer.change(Participant.NONE, decision));
        serveQueue();
    }

    private boolean expire(Draft draft) {
        // INVARIANT: the pulse is taken under the writer's lock: a wait for a slow commit counts as a pause.
        long now = facts.nanos().getAsLong();
        facts.leases().pulse(now);
        if (!facts.leases().canExpire(now)) {
            return false;
        }
        List<Assignment> expired = draft.image().assignments().stream()
                .filter(assignment -> facts.leases().isExpired(assignment.id(), now))
                .sorted(Comparator.comparing(Assignment::id))
                .toList();
        for (Assignment assignment : expired) {
            Shards.lose(draft, assignment, null);
            draft.image()
                    .worker(assignment.workerId())
                    .filter(worker -> isSilent(worker, facts.config().lease()))
                    .ifPresent(worker -> draft.put(worker.silent()));
        }
        for (Worker worker : draft.before().workers()) {
            if (isSilent(worker, facts.config().silence())) {
                draft.image()
                        .worker(worker.id())
                        .filter(known -> known.state() != WorkerState.OFFLINE)
                        .ifPresent(known -> draft.put(known.silent()));
            }
        }
        return !expired.isEmpty();
    }

    private boolean isSilent(Worker worker, Duration span) {
        return worker.state() != WorkerState.OFFLINE && facts.isSilent(worker.id(), span);
    }

    private void serveQueue() {
        KernelImage image = writer.image();
        long now = facts.nanos().getAsLong();
        // Free memory changes without a commit, so the queue is looked at from time to time even if nothing else
        // changed.
        boolean stale = now - plannedAt
                >= facts.config().renewalInterval().multipliedBy(2).toNanos();
        long slots = facts.presence().slotChanges();
        if (image == planned && slots == plannedSlots && !stale) {
            return;
        }
        plannedSlots = slots;
        plannedAt = now;
        planned = image;
        if (image.jobs().stream().anyMatch(job -> job.is(JobPhase.QUEUED))) {
            writer.change(Participant.NONE, this::planAndStart);
        }
    }

    private boolean planAndStart(Draft draft) {
        planned = draft.before();
        Pool pool = facts.pool(draft.image());
        if (pool.isEmpty()) {
            return false;
        }
        QueuePlan plan =
                QueuePlanner.plan(draft.image(), pool, passedBy, facts.config().maxOvertakes());
        passedBy = plan.passedBy();
        return Placement.start(draft, facts, plan);
    }

    private void renew() {
        long now = facts.nanos().getAsLong();
        if (now - renewedAt < facts.config().renewalInterval().toNanos()) {
            return;
        }
        Map<WorkerId, Instant> seen = facts.presence().takeUnwritten();
        Map<AssignmentId, Instant> leased = new HashMap<>();
        Instant at = wall.instant();
        for (WorkerId id : seen.keySet()) {
            for (Assignment assignment : writer.image().live(id)) {
                facts.leases()
                        .remaining(assignment.id(), now)
                        .ifPresent(left -> leased.put(assignment.id(), at.plusNanos(left)));
            }
        }
        if (!seen.isEmpty()) {
            try {
                writer.write(epoch -> {
                    store.renew(epoch, seen, leased);
                    return true;
                });
            } catch (StoreUnavailableException e) {
                facts.presence().giveBack(seen);
                throw e;
            }
        }
        renewedAt = now;
    }
}
