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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The single writer: decide, commit, apply, notify. One lock serialises decide, commit and apply; it is the one lock
/// under which I/O is done (ADR 0060). Readers take [#image] and never wait.
final class Writer {
    private final KernelStore store;
    private final InstantSource wall;
    private final Facts facts;
    private final Notices notices;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile KernelImage image = KernelImage.empty();
    private volatile @Nullable Epoch epoch;
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
            image = store.load(next);
            suspect = false;
            facts.presence().clear();
            facts.leases().restart(liveIds(), facts.nanos().getAsLong());
            epoch = next;
        } finally {
            lock.unlock();
        }
    }

    void deactivate() {
        lock.lock();
        try {
            epoch = null;
            image = KernelImage.empty();
        } finally {
            lock.unlock();
        }
    }

    KernelImage image() {
        return image;
    }

    /// Returns the epoch in which this server is active.
    Epoch epoch() {
        Epoch held = epoch;
        if (held == null) {
            throw new KernelException(
                    KernelException.Fault.NOT_ACTIVE,
                    "[kernel] this server is not the active one; try the next one",
                    null);
        }
        return held;
    }

    boolean isActive() {
        return epoch != null;
    }

    /// Decides over the image and commits what the draft holds; a draft without changes commits nothing, not even the
    /// participant.
    <T> T change(Participant with, Function<Draft, T> decide) {
        T result;
        lock.lock();
        try {
            Epoch held = epoch();
            reloadIfSuspect(held);
            Draft draft = new Draft(image, wall.instant().truncatedTo(ChronoUnit.MICROS));
            result = decide.apply(draft);
            Changes changes = draft.changes();
            if (!changes.isEmpty()) {
                guarded(held, () -> store.commit(held, changes, with));
                image = draft.image();
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

    private void guarded(Epoch held, Runnable write) {
        try {
            write.run();
        } catch (StaleEpochException e) {
            depose(held);
            throw e;
        } catch (StoreUnavailableException e) {
            suspect = true;
            facts.leases().outage(facts.nanos().getAsLong());
            throw e;
        }
    }

    private void reloadIfSuspect(Epoch held) {
        if (!suspect) {
            return;
        }
        guarded(held, () -> {
            KernelImage fresh = store.load(held);
            Set<JobId> touched = ids(image);
            touched.addAll(ids(fresh));
            image = fresh;
            suspect = false;
            long now = facts.nanos().getAsLong();
            facts.leases().keep(liveIds(), now);
            facts.leases().outage(now);
            touched.forEach(id -> notices.add(new Notice.JobChanged(id)));
            notices.add(new Notice.WorkersChanged(workerIds(fresh)));
        });
    }

    private void depose(Epoch held) {
        lock.lock();
        try {
            if (held.equals(epoch)) {
                epoch = null;
                image = KernelImage.empty();
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

    private Set<AssignmentId> liveIds() {
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
