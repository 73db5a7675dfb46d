package dev.roundelay.server.store;

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
import dev.roundelay.federation.Validation;
import dev.roundelay.federation.output.OutputKeys;
import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.round.RoundState;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.StaleEpochException;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.Publication;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/// Runs in PostgreSQL, one transaction a call.
///
/// Rows are locked in one order everywhere: epoch, assignment, round, the journal's counter, the bucket. Updates of one
/// round share the round's row, so they do not wait for each other; whoever closes it waits for them.
public final class JdbcRunStore implements RunStore {
    private static final String HOLDING = "('offered', 'preparing', 'ready')";

    private final Jdbi jdbi;
    private final JdbcBuckets buckets;

    /// Creates a store over a migrated database.
    public JdbcRunStore(Jdbi jdbi, JdbcBuckets buckets) {
        this.jdbi = jdbi;
        this.buckets = buckets;
    }

    @Override
    public RunState load(JobId job) {
        return StoreFaults.translated(() ->
                jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, handle -> RunReads.state(handle, job)));
    }

    @Override
    public Outcome putFirstModel(Epoch epoch, JobId job, Holder holder, FirstModel first) {
        return write(epoch, handle -> isCurrent(handle, holder) ? putFirst(handle, job, first) : Outcome.STALE_FENCE);
    }

    @Override
    public Outcome inheritFirstModel(Epoch epoch, JobId job, FirstModel first) {
        return write(epoch, handle -> putFirst(handle, job, first));
    }

    @Override
    public void openRound(Epoch epoch, JobId job, Round round, List<Note> notes) {
        var _ = write(epoch, handle -> {
            int opened = RunWrites.insertRound(handle, job, round);
            if (opened > 0) {
                JdbcJobJournal.write(handle, job, notes);
            }
            return opened;
        });
    }

    @Override
    public Outcome acceptContribution(Epoch epoch, JobId job, Holder holder, int round, Contribution contribution) {
        return StoreFaults.translated(() -> jdbi.inTransaction(
                handle -> switch (ContributionWrite.insert(handle, epoch, job, holder, round, contribution)) {
                    case STALE_EPOCH -> throw new StaleEpochException(epoch);
                    case STALE_FENCE -> Outcome.STALE_FENCE;
                    case CLOSED -> Outcome.CLOSED;
                    case EXISTS -> Outcome.EXISTS;
                    case STORED -> Outcome.STORED;
                }));
    }

    @Override
    public boolean hasContribution(JobId job, int round, int shard) {
        return read(handle -> RunWrites.hasContribution(handle, job, round, shard));
    }

    @Override
    public SortedMap<Integer, Contribution> closeRound(
            Epoch epoch, JobId job, int round, Instant at, List<Note> notes) {
        return write(epoch, handle -> {
            Round open = require(handle, job, round);
            SortedMap<Integer, Contribution> members = RunReads.contributions(handle, job, round);
            if (open.state() == RoundState.OPEN) {
                RunWrites.updateRound(handle, job, open.close(new TreeSet<>(members.keySet()), at));
                JdbcJobJournal.write(handle, job, notes);
            }
            return members;
        });
    }

    @Override
    public void dropContribution(Epoch epoch, JobId job, int round, Contribution lost) {
        var _ = write(epoch, handle -> RunWrites.dropContribution(handle, job, round, lost));
    }

    @Override
    public void removeMember(Epoch epoch, JobId job, int round, int shard, List<Note> notes) {
        var _ = write(epoch, handle -> {
            RunWrites.updateRound(handle, job, require(handle, job, round).without(shard));
            JdbcJobJournal.write(handle, job, notes);
            return handle.execute(
                    "delete from contribution where job_id = ? and round = ? and shard = ?", job.value(), round, shard);
        });
    }

    @Override
    public Publication commitRound(Epoch epoch, JobId job, RoundCommit commit) {
        return write(epoch, handle -> {
            Round stored = require(handle, job, commit.round().number());
            // A round that nobody is awaited in any more is closed by its commit.
            Round closed = stored.state() == RoundState.OPEN
                    ? stored.close(
                            commit.round().members(),
                            Objects.requireNonNull(commit.round().closedAt()))
                    : stored;
            RunWrites.commitRound(handle, job, closed.commit(), commit);
            if (commit.isLast()) {
                RunWrites.setLastModel(handle, job, commit.made().number());
            }
            Round next = commit.next();
            if (next != null) {
                RunWrites.insertRound(handle, job, next);
            }
            commit.dropped().forEach(model -> RunWrites.deleteModel(handle, job, model));
            RunWrites.insertModel(handle, job, commit.made());
            int staged = RunWrites.deleteStaged(handle, job, commit.round().number());
            JdbcJobJournal.write(handle, job, commit.notes());
            return settle(handle, job, commit, staged > 0);
        });
    }

    @Override
    public Outcome putValidation(Epoch epoch, JobId job, Holder holder, Validation validation) {
        return write(epoch, handle -> {
            if (!isCurrent(handle, holder)) {
                return Outcome.STALE_FENCE;
            }
            RunWrites.upsertValidation(handle, job, validation);
            return Outcome.STORED;
        });
    }

    @Override
    public Outcome stageFile(Epoch epoch, JobId job, Holder holder, BucketName bucket, StagedFile file) {
        return write(epoch, handle -> {
            if (!isCurrent(handle, holder)) {
                return Outcome.STALE_FENCE;
            }
            Optional<Round> round = lock(handle, job, file.round(), "for share");
            if (round.isEmpty() || round.get().state().isTerminal()) {
                return Outcome.CLOSED;
            }
            RunWrites.upsertStaged(handle, job, file);
            buckets.hold(handle, References.staged(job), bucket, List.of(References.of(file)));
            return Outcome.STORED;
        });
    }

    @Override
    public List<StagedFile> stagedFiles(JobId job, int round) {
        return read(handle -> RunReads.stagedFiles(handle, job, round));
    }

    @Override
    public void claimOutputs(Epoch epoch, JobId job, OwnerId owner, BucketName bucket, String slug) {
        var _ = write(epoch, handle -> {
            OutputKeys keys = OutputKeys.of(slug);
            if (RunReads.outputPrefix(handle, job).isEmpty()) {
                RunWrites.setOutputPrefix(handle, job, keys.prefix());
                RunWrites.claim(handle, bucket, slug, job).ifPresent(former -> {
                    OutputKeys previous = keys.previous(former);
                    RunWrites.moveOutputPrefix(handle, former, previous.prefix());
                    buckets.movePrefix(handle, bucket, keys.files(), previous.files());
                    buckets.movePrefix(handle, bucket, keys.models(), previous.models());
                });
            }
            return true;
        });
    }

    @Override
    public Publication publish(Epoch epoch, JobId job, BucketName bucket, List<NewObject> objects) {
        return write(epoch, handle -> buckets.publishFitting(handle, bucket, objects));
    }

    @Override
    public Participant end(JobId job, FinalOutputs outputs, Instant at) {
        return (JdbcParticipant) handle -> {
            handle.execute(
                    "update round set state = 'abandoned' where job_id = ? and state in ('open', 'closed')",
                    job.value());
            handle.execute("delete from staged_file where job_id = ?", job.value());
            JdbcJobJournal.write(handle, job, outputs.notes());
            buckets.unreserve(handle, References.reservation(job));
            buckets.publish(handle, outputs.bucket(), outputs.required());
            buckets.publishFitting(handle, outputs.bucket(), outputs.optional());
            buckets.release(handle, References.staged(job));
        };
    }

    @Override
    public Participant delete(JobId job) {
        // The rows go with the job's own, by foreign key.
        return (JdbcParticipant) handle -> {
            buckets.unreserve(handle, References.reservation(job));
            buckets.release(handle, References.models(job));
            buckets.release(handle, References.staged(job));
        };
    }

    @Override
    public Map<JobId, Integer> committedRounds(Collection<JobId> jobs) {
        return read(handle -> RunReads.committedRounds(handle, jobs));
    }

    @Override
    public List<RoundRecord> rounds(JobId job) {
        return StoreFaults.translated(() ->
                jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, handle -> RunReads.rounds(handle, job)));
    }

    @Override
    public Optional<String> outputPrefix(JobId job) {
        return read(handle -> RunReads.outputPrefix(handle, job));
    }

    private Outcome putFirst(Handle handle, JobId job, FirstModel first) {
        // INVARIANT: the run's row is locked first, so that two first models take turns.
        RunWrites.lockRun(handle, job);
        if (RunWrites.hasModel(handle, job)) {
            return Outcome.EXISTS;
        }
        RunWrites.insertModel(handle, job, first.model());
        buckets.reserve(handle, References.reservation(job), first.bucket(), first.reserveBytes());
        buckets.hold(handle, References.models(job), first.bucket(), References.of(first.model()));
        return Outcome.STORED;
    }

    /// The bucket's part of a commit. What is given back comes before what is taken, so that it may be used again.
    private Publication settle(Handle handle, JobId job, RoundCommit commit, boolean staged) {
        BucketName bucket = commit.bucket();
        if (RunWrites.reservedBytes(handle, References.reservation(job)) != commit.reserveBytes()) {
            buckets.reserve(handle, References.reservation(job), bucket, commit.reserveBytes());
        }
        buckets.exchange(
                handle,
                References.models(job),
                bucket,
                commit.dropped().stream()
                        .flatMap(model -> References.namesOf(model).stream())
                        .toList(),
                References.of(commit.made()));
        Publication published = commit.files().isEmpty()
                ? new Publication(List.of(), List.of())
                : buckets.publishFitting(handle, bucket, commit.files());
        if (staged) {
            buckets.release(handle, References.staged(job));
        }
        return published;
    }

    private static boolean isCurrent(Handle handle, Holder holder) {
        return handle.createQuery(
                        "select 1 from assignment where id = ? and fence = ? and state in " + HOLDING + " for share")
                .bind(0, holder.assignment().value())
                .bind(1, holder.fence().value())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    private static Optional<Round> lock(Handle handle, JobId job, int number, String how) {
        return handle.createQuery("select * from round where job_id = ? and number = ? " + how)
                .bind(0, job.value())
                .bind(1, number)
                .map((row, _) -> RunRows.round(row))
                .findOne();
    }

    private static Round require(Handle handle, JobId job, int number) {
        return lock(handle, job, number, "for update")
                .orElseThrow(() -> new IllegalStateException("[%s] has no round %d".formatted(job, number)));
    }

    private <T> T read(Function<Handle, T> query) {
        return StoreFaults.translated(() -> jdbi.withHandle(query::apply));
    }

    private <T> T write(Epoch epoch, Function<Handle, T> change) {
        return StoreFaults.translated(() -> jdbi.inTransaction(handle -> {
            EpochGuard.require(handle, epoch);
            return change.apply(handle);
        }));
    }
}
