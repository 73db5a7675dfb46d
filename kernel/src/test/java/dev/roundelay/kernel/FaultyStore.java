package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.worker.WorkerId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A store that can be away, or that commits and then loses its answer.
final class FaultyStore implements KernelStore {
    /// What the next calls meet.
    enum Fault {
        NONE,
        AWAY,
        ANSWER_LOST
    }

    private final InMemoryKernelStore store;
    Fault fault = Fault.NONE;
    int commits;
    final Exercised exercised = new Exercised();

    FaultyStore(InMemoryKernelStore store) {
        this.store = store;
    }

    @Override
    public KernelImage load(Epoch epoch) {
        requireThere();
        return store.load(epoch);
    }

    @Override
    public void commit(Epoch epoch, Changes changes, Participant with) {
        requireThere();
        store.commit(epoch, changes, with);
        exercised.committed(changes);
        commits++;
        if (fault == Fault.ANSWER_LOST) {
            fault = Fault.NONE;
            throw new StoreUnavailableException("the connection was reset", null);
        }
    }

    @Override
    public void renew(Epoch epoch, Map<WorkerId, Instant> lastSeen, Map<AssignmentId, Instant> leasedUntil) {
        requireThere();
        store.renew(epoch, lastSeen, leasedUntil);
    }

    @Override
    public Optional<Job> findJob(JobId id) {
        requireThere();
        return store.findJob(id);
    }

    @Override
    public JobPage listJobs(JobQuery query) {
        requireThere();
        return store.listJobs(query);
    }

    @Override
    public List<JobTransition> timeline(JobId id) {
        requireThere();
        return store.timeline(id);
    }

    @Override
    public List<Assignment> assignments(JobId id) {
        requireThere();
        return store.assignments(id);
    }

    @Override
    public boolean annotateEnded(Epoch epoch, JobId id, String note, List<String> tags) {
        requireThere();
        return store.annotateEnded(epoch, id, note, tags);
    }

    @Override
    public boolean deleteEnded(Epoch epoch, JobId id, Participant with) {
        requireThere();
        return store.deleteEnded(epoch, id, with);
    }

    private void requireThere() {
        if (fault == Fault.AWAY) {
            throw new StoreUnavailableException("no connection", null);
        }
    }
}
