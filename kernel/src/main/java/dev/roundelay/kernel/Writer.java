package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The single writer: decide, commit, apply, notify. One lock serialises decide, commit and apply; it is the one lock
/// under which I/O is done (ADR 0060). Readers take [#image] and never wait.
final class Writer {
    /// What this server holds while it is active. Epoch and image are read as one: a reader that saw the epoch and then
    /// the empty image of a standby would tell a worker that it is unknown.
    private record Term(Epoch epoch, KernelImage image) {
        Term with(KernelImage next) {
            return new Term(epoch, next);
        }
    }

    private final KernelStore store;
    private final InstantSource wall;
    private final Facts facts;
    private final Notices notices;
    private final ReentrantLock lock = new ReentrantLock();
    /// Null on a standby.
    private volatile @Nullable Term term;
    /// Whether a commit ended in the dark, so that the image may lag behind the store. Guarded by the lock.
    private boolean suspect;

    Writer(KernelStore store, InstantSource wall, Facts facts, Notices notices) {
        this.store = store;
        this.wall = wall;
        this.facts = facts;
        this.notices = notices;
    }

    void activate(Epoch next) {
        lock.lock();
        try {
            KernelImage image = store.load(next);
            suspect = false;
            facts.presence().clear();
            facts.leases().restart(liveIds(image), facts.nanos().getAsLong());
            term = new Term(next, image);
        } finally {
            lock.unlock();
        }
    }

    void deactivate() {
        lock.lock();
        try {
            term = null;
        } finally {
            lock.unlock();
        }
    }

    /// Returns what was committed last; a standby has no answer.
    KernelImage image() {
        return active().image();
    }

    /// Returns the epoch in which this server is active.
    Epoch epoch() {
        return active().epoch();
    }

    private Term active() {
        Term held = term;
        if (held == null) {
            throw new KernelException(
                    KernelException.Fault.NOT_ACTIVE,
                    "[kernel] this server is not the active one; try the next one",
                    null);
        }
        return held;
    }

    boolean isActive() {
        return term != null;
    }

    /// Decides over the image and commits what the draft holds; a draft without changes commits nothing, not even the
    /// participant.
    <T> T change(Participant with, Function<Draft, T> decide) {
        T result;
        lock.lock();
        try {
            Term held = reloaded(active());
            Draft draft = new Draft(held.image(), wall.instant().truncatedTo(ChronoUnit.MICROS));
            result = decide.apply(draft);
            Changes changes = draft.changes();
            if (!changes.isEmpty()) {
                guarded(held.epoch(), () -> {
                    store.commit(held.epoch(), changes, with);
                    return changes;
                });
                term = held.with(draft.image());
                lease(changes);
                draft.notices().forEach(notices::add);
            }
        } finally {
            lock.unlock();
            notices.deliver();
        }
        return result;
    }

    /// Runs a write to the store outside of a decision, such as the renewals.
    <T> T write(Function<Epoch, T> action) {
        Epoch held = epoch();
        try {
            return action.apply(held);
        } catch (StaleEpochException e) {
            depose(held);
            throw e;
        } catch (StoreUnavailableException e) {
            facts.leases().outage(facts.nanos().getAsLong());
            throw e;
        }
    }

    private <T> T guarded(Epoch held, Supplier<T> action) {
        try {
            return action.get();
        } catch (StaleEpochException e) {
            depose(held);
            throw e;
        } catch (StoreUnavailableException e) {
            suspect = true;
            facts.leases().outage(facts.nanos().getAsLong());
            throw e;
        }
    }

    /// Returns the term with an image that holds all that is in the store.
    private Term reloaded(Term held) {
        if (!suspect) {
            return held;
        }
        KernelImage fresh = guarded(held.epoch(), () -> store.load(held.epoch()));
        Set<JobId> touched = ids(held.image());
        touched.addAll(ids(fresh));
        Term current = held.with(fresh);
        term = current;
        suspect = false;
        long now = facts.nanos().getAsLong();
        facts.leases().keep(liveIds(fresh), now);
        facts.leases().outage(now);
        touched.forEach(id -> notices.add(new Notice.JobChanged(id)));
        notices.add(new Notice.WorkersChanged(workerIds(fresh)));
        return current;
    }

    private void depose(Epoch held) {
        lock.lock();
        try {
            Term present = term;
            if (present != null && held.equals(present.epoch())) {
                term = null;
                notices.add(new Notice.Deposed(held));
            }
        } finally {
            lock.unlock();
        }
        if (!lock.isHeldByCurrentThread()) {
            notices.deliver();
        }
    }

    private void lease(Changes changes) {
        long now = facts.nanos().getAsLong();
        for (Assignment assignment : changes.assignments()) {
            if (assignment.isLive()) {
                facts.leases().grant(assignment.id(), now);
            } else {
                facts.leases().release(assignment.id());
            }
        }
        changes.workers().stream()
                .filter(worker -> worker.state().isTerminal())
                .forEach(worker -> facts.presence().forget(worker.id()));
    }

    private static Set<AssignmentId> liveIds(KernelImage image) {
        return image.assignments().stream()
                .filter(Assignment::isLive)
                .map(Assignment::id)
                .collect(Collectors.toSet());
    }

    private static Set<JobId> ids(KernelImage of) {
        return of.jobs().stream().map(Job::id).collect(Collectors.toCollection(HashSet::new));
    }

    private static Set<WorkerId> workerIds(KernelImage of) {
        return of.workers().stream().map(Worker::id).collect(Collectors.toSet());
    }
}
