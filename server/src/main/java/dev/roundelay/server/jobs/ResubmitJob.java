package dev.roundelay.server.jobs;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Resubmit;
import dev.roundelay.federation.RoundNotKeptException;
import dev.roundelay.federation.RunStore;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.server.store.JdbcSubmissions;
import dev.roundelay.server.store.Submission;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.StorageException;
import dev.roundelay.storage.StoredObject;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Sends an ended job again: with the code that it kept, with the shards that must still lie in the bucket, and
/// from a model that it committed or from the start.
public final class ResubmitJob {
    private static final int NAMED_KEYS = 5;

    private final AcceptJob acceptance;
    private final BucketIndex index;
    private final SelectionCheck selectionCheck;
    private final JdbcSubmissions submissions;
    private final RunStore runs;
    private final InstantSource clock;
    private final RandomGenerator random;

    ResubmitJob(
            AcceptJob acceptance,
            BucketIndex index,
            SelectionCheck selectionCheck,
            JdbcSubmissions submissions,
            RunStore runs,
            InstantSource clock,
            RandomGenerator random) {
        this.acceptance = acceptance;
        this.index = index;
        this.selectionCheck = selectionCheck;
        this.submissions = submissions;
        this.runs = runs;
        this.clock = clock;
        this.random = random;
    }

    /// Returns the new job, or the one that the same key made before.
    ///
    /// @param key idempotency key; null for none
    /// @throws RefusedException      `job_live`, `inputs_changed`, and all that a submit refuses
    /// @throws RoundNotKeptException if there is no such model any more
    public JobId resubmit(Job parent, Resubmit wish, @Nullable String key) {
        Optional<JobId> earlier = key == null ? Optional.empty() : submissions.find(parent.ownerId(), key);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        if (parent.isLive()) {
            throw refused(
                    ErrorCode.JOB_LIVE,
                    "[%s] it is %s; cancel it or wait for its end".formatted(parent.id(), parent.state()));
        }
        JobSpec spec = changed(StoredSpec.read(parent.spec()), wish);
        List<SpecCheck.Problem> problems = SpecCheck.problems(spec);
        int sites = StoredSpec.sites(parent, spec);
        problems = problems.isEmpty() ? selectionCheck.problems(parent.ownerId(), spec, sites) : problems;
        if (!problems.isEmpty()) {
            throw new RefusedException(problems);
        }
        Integer origin = origin(parent.id(), wish.fromRound(), spec.federation().rounds());
        Map<String, String> inputs = submissions
                .inputs(parent.id())
                .orElseThrow(() -> refused(
                        ErrorCode.INPUTS_CHANGED,
                        "[%s] an earlier version of this server did not keep what it was made of; submit it anew"
                                .formatted(parent.id())));
        JobId id = JobId.create(clock.instant(), random);
        try {
            keepInputs(id, parent, inputs, origin == null ? null : spec.checkpoint());
            return acceptance.accept(
                    new Submission(
                            id,
                            parent.ownerId(),
                            key,
                            submissions.requirements(parent.id()),
                            inputs,
                            origin,
                            List.of()),
                    spec,
                    sites,
                    parent.id());
        } catch (RuntimeException e) {
            index.release(SubmitJob.snapshot(id));
            throw e;
        }
    }

    private static JobSpec changed(JobSpec spec, Resubmit wish) {
        JobSpec.Federation f = spec.federation();
        return new JobSpec(
                wish.name() == null ? spec.name() : wish.name(),
                spec.scripts(),
                spec.assets(),
                spec.requirements(),
                spec.shards(),
                spec.dataset(),
                spec.checkpoint(),
                spec.model(),
                spec.training(),
                new JobSpec.Federation(
                        wish.rounds() == null ? f.rounds() : wish.rounds(),
                        f.minClients(),
                        f.waitAfterMinSeconds(),
                        f.strategy(),
                        f.quantization(),
                        f.seed(),
                        f.select(),
                        f.checkpointEvery(),
                        f.onSiteError(),
                        f.sample(),
                        f.simulation()),
                wish.selection() == null ? spec.selection() : wish.selection(),
                spec.limits(),
                spec.priority());
    }

    private @Nullable Integer origin(JobId parent, @Nullable Object fromRound, int rounds) {
        if (fromRound == null) {
            return null;
        }
        SortedMap<Integer, StoredModel> kept = new TreeMap<>(runs.load(parent).models());
        int model = switch (fromRound) {
            case Integer number when number >= 0 -> number;
            case String text when text.equals(Resubmit.LAST) && !kept.isEmpty() -> kept.lastKey();
            case String text when text.equals(Resubmit.LAST) -> throw new RoundNotKeptException(parent, 0);
            default ->
                throw refused(
                        ErrorCode.INVALID_REQUEST,
                        "[fromRound] \"%s\" is neither a number of rounds nor \"last\"".formatted(fromRound));
        };
        if (!kept.containsKey(model)) {
            throw new RoundNotKeptException(parent, model);
        }
        if (rounds <= model) {
            throw refused(
                    ErrorCode.INVALID_REQUEST,
                    "[rounds] is %d in all, and the model of %d rounds is there already; ask for more rounds"
                            .formatted(rounds, model));
        }
        return model;
    }

    /// Makes the new job's snapshot of the code that the parent kept and of the inputs in the bucket.
    ///
    /// @param unneeded key of a warm start that a job which goes on has no use for; null for none
    private void keepInputs(JobId id, Job parent, Map<String, String> inputs, @Nullable String unneeded) {
        Bucket bucket = index.findBucketOf(new OwnerId(parent.ownerId().value()))
                .orElseThrow(() -> refused(ErrorCode.NOT_FOUND, "[bucket] it is gone; POST /api/v1/bucket makes one"));
        Map<String, String> needed = new HashMap<>(inputs);
        if (unneeded != null) {
            needed.remove(JobInputs.plain(unneeded));
        }
        requireSame(needed, key -> index.find(bucket.name(), key).map(StoredObject::etag));
        try {
            List<SnapshotEntry> taken = index.snapshotKeys(
                    SubmitJob.snapshot(id),
                    bucket.name(),
                    needed.keySet().stream().map(ObjectKey::new).toList());
            Map<ObjectKey, SnapshotEntry> byKey = new HashMap<>();
            taken.forEach(entry -> byKey.put(entry.key(), entry));
            // Somebody may have put another shard there since they were compared.
            requireSame(needed, key -> Optional.ofNullable(byKey.get(key)).map(SnapshotEntry::etag));
        } catch (StorageException e) {
            throw refused(
                    ErrorCode.INPUTS_CHANGED, "[inputs] %s; upload the same bytes again".formatted(e.getMessage()));
        }
        index.share(SubmitJob.snapshot(parent.id()), SubmitJob.snapshot(id), bucket.name());
    }

    private interface Etags {
        Optional<dev.roundelay.storage.ETag> of(ObjectKey key);
    }

    private static void requireSame(Map<String, String> needed, Etags there) {
        List<String> changed = needed.entrySet().stream()
                .filter(input -> there.of(new ObjectKey(input.getKey()))
                        .filter(etag -> etag.value().equals(input.getValue()))
                        .isEmpty())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (!changed.isEmpty()) {
            String more = changed.size() > NAMED_KEYS ? " and %d more".formatted(changed.size() - NAMED_KEYS) : "";
            throw refused(
                    ErrorCode.INPUTS_CHANGED,
                    "[inputs] no longer what the job was made of: %s%s; upload the same bytes again, or submit a new job"
                            .formatted(
                                    String.join(", ", changed.subList(0, Math.min(NAMED_KEYS, changed.size()))), more));
        }
    }

    private static RefusedException refused(ErrorCode code, String message) {
        return new RefusedException(new SpecCheck.Problem(code, message));
    }
}
