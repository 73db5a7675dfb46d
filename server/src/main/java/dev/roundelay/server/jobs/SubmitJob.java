package dev.roundelay.server.jobs;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.requirement.Requirement;
import dev.roundelay.contract.requirement.RequirementException;
import dev.roundelay.contract.requirement.Requirements;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.store.JdbcSubmissions;
import dev.roundelay.server.store.Submission;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.SnapshotId;
import dev.roundelay.storage.StorageException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Takes a job in: checks all that can be known without running user code, keeps its files in a snapshot, and
/// hands it to the kernel. A refused submit leaves nothing behind; one that dies half-way leaves a snapshot
/// without a job, which the sweep at the next start releases.
public final class SubmitJob {
    static final SpecCheck.Problem NO_BUCKET = new SpecCheck.Problem(
            ErrorCode.NOT_FOUND, "[bucket] you have no bucket yet; POST /api/v1/bucket makes one");

    private final AcceptJob acceptance;
    private final BucketIndex index;
    private final InputCheck inputCheck;
    private final SelectionCheck selectionCheck;
    private final JdbcSubmissions submissions;
    private final InstantSource clock;
    private final RandomGenerator random;

    SubmitJob(
            AcceptJob acceptance,
            BucketIndex index,
            InputCheck inputCheck,
            SelectionCheck selectionCheck,
            JdbcSubmissions submissions,
            InstantSource clock,
            RandomGenerator random) {
        this.acceptance = acceptance;
        this.index = index;
        this.inputCheck = inputCheck;
        this.selectionCheck = selectionCheck;
        this.submissions = submissions;
        this.clock = clock;
        this.random = random;
    }

    /// A wish to submit.
    ///
    /// @param idempotencyKey a repeated key of one owner gives the same job
    /// @param warnings       sentences for the job page, of a translated workspace
    public record Request(
            UserId owner, JobSpec spec, @Nullable String idempotencyKey, List<String> warnings) {
        public Request {
            warnings = List.copyOf(warnings);
        }
    }

    /// Returns the new job, or the one that the same key made before.
    ///
    /// @throws RefusedException with everything that is wrong
    public JobId submit(Request request) throws IOException {
        if (request.idempotencyKey() != null) {
            Optional<JobId> earlier = submissions.find(request.owner(), request.idempotencyKey());
            if (earlier.isPresent()) {
                return earlier.get();
            }
        }
        requireNone(SpecCheck.problems(request.spec()));
        JobId id = JobId.create(clock.instant(), random);
        Checked checked = snapshotAndCheck(id, request);
        try {
            return accept(id, request, checked);
        } catch (RuntimeException e) {
            index.release(snapshot(id));
            throw e;
        }
    }

    /// Returns the number of shards that a submit of what lies in the bucket would have; nothing stays.
    ///
    /// @throws RefusedException with everything that is wrong
    int tryOut(UserId owner, JobSpec spec) throws IOException {
        JobId id = JobId.create(clock.instant(), random);
        try {
            return snapshotAndCheck(id, new Request(owner, spec, null, List.of()))
                    .shards();
        } finally {
            index.release(snapshot(id));
        }
    }

    /// Returns the name of the snapshot that keeps a job's files.
    public static SnapshotId snapshot(JobId id) {
        return new SnapshotId(id.value());
    }

    /// @param inputs ETag by key of what the job lets go when it ends
    private record Checked(int shards, List<String> requirements, Map<String, String> inputs) {}

    private Checked snapshotAndCheck(JobId id, Request request) throws IOException {
        JobSpec spec = request.spec();
        Bucket bucket = index.findBucketOf(new OwnerId(request.owner().value()))
                .orElseThrow(() -> new RefusedException(NO_BUCKET));
        try {
            JobInputs inputs = JobInputs.of(spec, takeSnapshot(id, bucket, spec));
            requireNone(inputCheck.problems(spec, inputs));
            List<String> requirements = requirements(inputs);
            int shards = spec.dataset() == null
                    ? inputs.shards().size()
                    : selectionCheck.datasetSites(request.owner(), spec);
            requireNone(selectionCheck.problems(request.owner(), spec, shards));
            return new Checked(shards, requirements, passing(inputs));
        } catch (RuntimeException | IOException e) {
            index.release(snapshot(id));
            throw e;
        }
    }

    private static Map<String, String> passing(JobInputs inputs) {
        return inputs.passing()
                .collect(Collectors.toMap(
                        entry -> entry.key().value(), entry -> entry.etag().value(), (one, _) -> one));
    }

    private List<SnapshotEntry> takeSnapshot(JobId id, Bucket bucket, JobSpec spec) {
        List<String> prefixes = new ArrayList<>(JobInputs.prefixes(spec));
        try {
            for (String key : JobInputs.keys(spec)) {
                if (index.find(bucket.name(), new ObjectKey(key)).isPresent()) {
                    prefixes.add(key);
                }
            }
            return index.snapshot(snapshot(id), bucket.name(), prefixes);
        } catch (StorageException | IllegalArgumentException e) {
            throw new RefusedException(new SpecCheck.Problem(
                    ErrorCode.INVALID_KEY, "[inputs] %s; use plain keys of your bucket".formatted(e.getMessage())));
        }
    }

    private List<String> requirements(JobInputs inputs) throws IOException {
        return requirements(inputCheck.requirementsText(inputs));
    }

    /// Returns the requirements in their normal form.
    ///
    /// @throws RefusedException that names the line
    static List<String> requirements(String text) {
        try {
            return Requirements.parse(text).stream().map(Requirement::toString).toList();
        } catch (RequirementException e) {
            throw new RefusedException(
                    new SpecCheck.Problem(ErrorCode.REQUIREMENTS_REFUSED, String.valueOf(e.getMessage())));
        }
    }

    private JobId accept(JobId id, Request request, Checked checked) {
        Submission submission = new Submission(
                id,
                request.owner(),
                request.idempotencyKey(),
                checked.requirements(),
                checked.inputs(),
                null,
                request.warnings());
        return acceptance.accept(submission, request.spec(), checked.shards(), null);
    }

    private static void requireNone(List<SpecCheck.Problem> problems) {
        if (!problems.isEmpty()) {
            throw new RefusedException(problems);
        }
    }
}
