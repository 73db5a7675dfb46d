package dev.roundelay.federation.memory;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.FinalOutputs;
import dev.roundelay.federation.FirstModel;
import dev.roundelay.federation.Holder;
import dev.roundelay.federation.References;
import dev.roundelay.federation.RoundCommit;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunState;
import dev.roundelay.federation.RunStore;
import dev.roundelay.federation.StagedFile;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.Validation;
import dev.roundelay.federation.memory.StoredRun.StoredRound;
import dev.roundelay.federation.output.OutputKeys;
import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.round.RoundState;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.InMemoryParticipant;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.Publication;
import dev.roundelay.storage.QuotaExceededException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Keeps runs on the heap, beside a bucket index and a journal of the same kind. Thread-safe.
public final class InMemoryRunStore implements RunStore {
    private record Slug(BucketName bucket, String slug) {}

    private final BucketIndex index;
    private final JobJournal journal;
    private final Consumer<Epoch> guard;
    private final Predicate<Holder> isCurrent;
    private final Map<JobId, StoredRun> runs = new HashMap<>();
    private final Map<Slug, JobId> claims = new HashMap<>();

    /// Creates an empty store.
    ///
    /// @param guard     throws [dev.roundelay.kernel.StaleEpochException] for an epoch that is not the current one
    /// @param isCurrent tells whether a live assignment has this fence, as committed by the kernel
    public InMemoryRunStore(BucketIndex index, JobJournal journal, Consumer<Epoch> guard, Predicate<Holder> isCurrent) {
        this.index = index;
        this.journal = journal;
        this.guard = guard;
        this.isCurrent = isCurrent;
    }

    @Override
    public synchronized RunState load(JobId job) {
        StoredRun run = runs.get(job);
        return run == null ? RunState.fresh(job) : run.state(job);
    }

    @Override
    public synchronized Outcome putFirstModel(Epoch epoch, JobId job, Holder holder, FirstModel first) {
        guard.accept(epoch);
        return isCurrent.test(holder) ? putFirst(job, first) : Outcome.STALE_FENCE;
    }

    @Override
    public synchronized Outcome inheritFirstModel(Epoch epoch, JobId job, FirstModel first) {
        guard.accept(epoch);
        return putFirst(job, first);
    }

    @Override
    public synchronized void openRound(Epoch epoch, JobId job, Round round, List<Note> notes) {
        guard.accept(epoch);
        if (run(job).rounds.putIfAbsent(round.number(), new StoredRound(round)) == null) {
            journal.record(epoch, job, notes);
        }
    }

    @Override
    public synchronized Outcome acceptContribution(
            Epoch epoch, JobId job, Holder holder, int round, Contribution contribution) {
        guard.accept(epoch);
        if (!isCurrent.test(holder)) {
            return Outcome.STALE_FENCE;
        }
        StoredRound stored = run(job).rounds.get(round);
        if (stored == null) {
            return Outcome.CLOSED;
        }
        int shard = holder.shard();
        if (stored.contributions.containsKey(shard)) {
            return Outcome.EXISTS;
        }
        boolean welcome = stored.round.state() == RoundState.OPEN
                || (stored.round.state() == RoundState.CLOSED
                        && stored.round.members().contains(shard));
        if (!welcome) {
            return Outcome.CLOSED;
        }
        stored.contributions.put(shard, contribution);
        return Outcome.STORED;
    }

    @Override
    public synchronized boolean hasContribution(JobId job, int round, int shard) {
        StoredRun run = runs.get(job);
        StoredRound stored = run == null ? null : run.rounds.get(round);
        return stored != null && stored.contributions.containsKey(shard);
    }

    @Override
    public synchronized SortedMap<Integer, Contribution> closeRound(
            Epoch epoch, JobId job, int round, Instant at, List<Note> notes) {
        guard.accept(epoch);
        StoredRound stored = round(job, round);
        if (stored.round.state() == RoundState.OPEN) {
            stored.round = stored.round.close(new TreeSet<>(stored.contributions.keySet()), at);
            journal.record(epoch, job, notes);
        }
        return new TreeMap<>(stored.contributions);
    }

    @Override
    public synchronized void dropContribution(Epoch epoch, JobId job, int round, Contribution lost) {
        guard.accept(epoch);
        StoredRound stored = round(job, round);
        Contribution there = stored.contributions.get(lost.shard());
        if (there != null && there.file().equals(lost.file()) && there.server().equals(lost.server())) {
            stored.contributions.remove(lost.shard());
            stored.asked.merge(lost.shard(), 1, Integer::sum);
        }
    }

    @Override
    public synchronized void removeMember(Epoch epoch, JobId job, int round, int shard, List<Note> notes) {
        guard.accept(epoch);
        StoredRound stored = round(job, round);
        stored.round = stored.round.without(shard);
        stored.contributions.remove(shard);
        journal.record(epoch, job, notes);
    }

    @Override
    public synchronized Publication commitRound(Epoch epoch, JobId job, RoundCommit commit) {
        guard.accept(epoch);
        StoredRun run = run(job);
        StoredRound stored = round(job, commit.round().number());
        Round closed = stored.round.state() == RoundState.OPEN
                ? stored.round.close(
                        commit.round().members(),
                        Objects.requireNonNull(commit.round().closedAt()))
                : stored.round;
        Round committed = closed.commit();
        takeModel(job, run, commit);
        Publication published = index.publishFitting(commit.bucket(), commit.files());
        releaseStaged(job, run, commit.round().number());
        stored.round = committed;
        stored.committedAt = commit.at();
        stored.samples = commit.samples();
        stored.metrics = commit.metrics();
        if (commit.isLast()) {
            run.lastModel = commit.made().number();
        }
        Round next = commit.next();
        if (next != null) {
            run.rounds.putIfAbsent(next.number(), new StoredRound(next));
        }
        journal.record(epoch, job, commit.notes());
        return published;
    }

    @Override
    public synchronized Outcome putValidation(Epoch epoch, JobId job, Holder holder, Validation validation) {
        guard.accept(epoch);
        if (!isCurrent.test(holder)) {
            return Outcome.STALE_FENCE;
        }
        run(job).validations
                .computeIfAbsent(validation.model(), _ -> new TreeMap<>())
                .put(validation.shard(), validation);
        return Outcome.STORED;
    }

    @Override
    public synchronized Outcome stageFile(Epoch epoch, JobId job, Holder holder, BucketName bucket, StagedFile file) {
        guard.accept(epoch);
        if (!isCurrent.test(holder)) {
            return Outcome.STALE_FENCE;
        }
        StoredRun run = run(job);
        StoredRound stored = run.rounds.get(file.round());
        if (stored == null || stored.round.state().isTerminal()) {
            return Outcome.CLOSED;
        }
        index.hold(References.staged(job), bucket, List.of(References.of(file)));
        run.staged.put(References.nameOf(file), file);
        return Outcome.STORED;
    }

    @Override
    public synchronized List<StagedFile> stagedFiles(JobId job, int round) {
        StoredRun run = runs.get(job);
        return run == null
                ? List.of()
                : run.staged.values().stream()
                        .filter(file -> file.round() == round)
                        .toList();
    }

    @Override
    public synchronized void claimOutputs(Epoch epoch, JobId job, OwnerId owner, BucketName bucket, String slug) {
        guard.accept(epoch);
        StoredRun run = run(job);
        if (run.outputPrefix != null) {
            return;
        }
        OutputKeys keys = OutputKeys.of(slug);
        JobId former = claims.put(new Slug(bucket, slug), job);
        if (former != null) {
            OutputKeys previous = keys.previous(former);
            index.movePrefix(bucket, keys.files(), previous.files());
            index.movePrefix(bucket, keys.models(), previous.models());
            StoredRun moved = runs.get(former);
            if (moved != null) {
                moved.outputPrefix = previous.prefix();
            }
        }
        run.outputPrefix = keys.prefix();
    }

    @Override
    public synchronized Publication publish(Epoch epoch, JobId job, BucketName bucket, List<NewObject> objects) {
        guard.accept(epoch);
        return index.publishFitting(bucket, objects);
    }

    @Override
    public Participant end(JobId job, FinalOutputs outputs, Instant at) {
        return (InMemoryParticipant) () -> endNow(job, outputs);
    }

    @Override
    public Participant delete(JobId job) {
        return (InMemoryParticipant) () -> deleteNow(job);
    }

    @Override
    public synchronized Map<JobId, Integer> committedRounds(Collection<JobId> jobs) {
        var committed = new HashMap<JobId, Integer>();
        for (JobId job : jobs) {
            StoredRun run = runs.get(job);
            if (run != null && !run.models.isEmpty()) {
                committed.put(job, run.models.lastKey());
            }
        }
        return committed;
    }

    @Override
    public synchronized List<RoundRecord> rounds(JobId job) {
        StoredRun run = runs.get(job);
        return run == null ? List.of() : run.history();
    }

    @Override
    public synchronized Optional<String> outputPrefix(JobId job) {
        return Optional.ofNullable(runs.get(job)).map(run -> run.outputPrefix);
    }

    private Outcome putFirst(JobId job, FirstModel first) {
        StoredRun run = run(job);
        if (!run.models.isEmpty()) {
            return Outcome.EXISTS;
        }
        index.reserve(References.reservation(job), first.bucket(), first.reserveBytes());
        try {
            index.hold(References.models(job), first.bucket(), References.of(first.model()));
        } catch (QuotaExceededException e) {
            index.unreserve(References.reservation(job));
            throw e;
        }
        run.reservedBytes = first.reserveBytes();
        run.models.put(first.model().number(), first.model());
        return Outcome.STORED;
    }

    /// The index has no transaction over several of its methods, so what was given back is taken again if the model
    /// does not fit.
    private void takeModel(JobId job, StoredRun run, RoundCommit commit) {
        var names = new ArrayList<ObjectKey>();
        var former = new ArrayList<NewObject>();
        for (int model : commit.dropped()) {
            StoredModel dropped = run.models.get(model);
            if (dropped != null) {
                former.addAll(References.of(dropped));
                names.addAll(References.namesOf(model));
            }
        }
        index.reserve(References.reservation(job), commit.bucket(), commit.reserveBytes());
        index.release(References.models(job), names);
        try {
            index.hold(References.models(job), commit.bucket(), References.of(commit.made()));
        } catch (QuotaExceededException e) {
            index.hold(References.models(job), commit.bucket(), former);
            index.reserve(References.reservation(job), commit.bucket(), run.reservedBytes);
            throw e;
        }
        run.reservedBytes = commit.reserveBytes();
        commit.dropped().forEach(run.models::remove);
        run.models.put(commit.made().number(), commit.made());
    }

    private synchronized void endNow(JobId job, FinalOutputs outputs) {
        StoredRun run = run(job);
        index.unreserve(References.reservation(job));
        try {
            index.publish(outputs.bucket(), outputs.required());
        } catch (QuotaExceededException e) {
            index.reserve(References.reservation(job), outputs.bucket(), run.reservedBytes);
            throw e;
        }
        run.reservedBytes = 0;
        var _ = index.publishFitting(outputs.bucket(), outputs.optional());
        index.release(References.staged(job));
        run.staged.clear();
        StoredRound live = run.live();
        if (live != null) {
            live.round = live.round.abandon();
        }
        // A participant runs in a commit that is guarded already; the journal's own guard would ask for the epoch
        // again.
        journal.record(new Epoch(0), job, outputs.notes());
    }

    private synchronized void deleteNow(JobId job) {
        index.unreserve(References.reservation(job));
        index.release(References.models(job));
        index.release(References.staged(job));
        runs.remove(job);
    }

    private void releaseStaged(JobId job, StoredRun run, int round) {
        List<ObjectKey> names = run.staged.entrySet().stream()
                .filter(entry -> entry.getValue().round() <= round)
                .map(Map.Entry::getKey)
                .toList();
        index.release(References.staged(job), names);
        names.forEach(run.staged::remove);
    }

    private StoredRun run(JobId job) {
        return runs.computeIfAbsent(job, _ -> new StoredRun());
    }

    private StoredRound round(JobId job, int number) {
        @Nullable StoredRound stored = run(job).rounds.get(number);
        if (stored == null) {
            throw new IllegalStateException("[%s] has no round %d".formatted(job, number));
        }
        return stored;
    }
}
