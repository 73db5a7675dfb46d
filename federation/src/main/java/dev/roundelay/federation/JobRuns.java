package dev.roundelay.federation;

import dev.roundelay.federation.run.Desk;
import dev.roundelay.federation.run.JobRun;
import dev.roundelay.federation.run.RunParts;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.KernelException;
import dev.roundelay.kernel.KernelListener;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.storage.Blob;
import dev.roundelay.tensors.aggregation.ControlVariates;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The runs of all live jobs that have slots or are about to end. The server asks here what an assignment is to do,
/// and hands in what workers send; it has checked before that the assignment belongs to the calling worker.
/// Thread-safe.
public final class JobRuns implements KernelListener {
    private final RunParts parts;
    private final RunSpecs specs;
    private final Consumer<JobRun> starter;
    private final Map<JobId, JobRun> runs = new ConcurrentHashMap<>();
    private final List<StepListener> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Epoch epoch;

    /// Creates runs that begin with [#activate]. It must be added to the kernel as a listener.
    ///
    /// @param starter gives a run's loop a thread of its own, such as [#onVirtualThread]
    public JobRuns(RunParts parts, RunSpecs specs, Consumer<JobRun> starter) {
        this.parts = parts;
        this.specs = specs;
        this.starter = starter;
    }

    /// Gives a run a virtual thread.
    public static void onVirtualThread(JobRun run) {
        Thread.ofVirtual().name("run " + run.id()).start(run::loop);
    }

    /// Adds a listener of steps.
    public void addListener(StepListener listener) {
        listeners.add(listener);
    }

    /// Goes on with every live job. The kernel is active already.
    public void activate(Epoch held) throws IOException {
        sweep();
        epoch = held;
        parts.kernel().view().jobs().forEach(job -> jobChanged(job.id()));
    }

    /// Removes the updates of jobs that have ended: one may have come in when its job was being removed.
    public void sweep() throws IOException {
        parts.spool()
                .keepOnly(
                        () -> parts.kernel().view().jobs().stream().map(Job::id).collect(Collectors.toSet()));
    }

    /// Stops every run; nothing is written.
    public void deactivate() {
        epoch = null;
        runs.values().forEach(JobRun::stop);
        runs.clear();
    }

    @Override
    public void jobChanged(JobId id) {
        JobRun run = runs.get(id);
        if (run != null && run.isStopped()) {
            runs.remove(id, run);
            run = null;
        }
        if (run != null) {
            run.wake();
        } else if (parts.kernel().view().job(id).map(JobRuns::needsRun).orElse(false)) {
            begin(id);
        }
    }

    @Override
    public void siteFailed(JobId id, Assignment failed, Failure failure) {
        JobRun run = runs.get(id);
        if (run != null) {
            run.siteFailed(failed, failure);
        }
    }

    @Override
    public void deposed(Epoch former) {
        deactivate();
    }

    /// Returns what an assignment is to do now. Never waits.
    public RunStep stepFor(Assignment assignment) {
        JobRun run = runs.get(assignment.jobId());
        return run == null ? JobRun.stepWithoutRun(assignment) : run.stepFor(assignment);
    }

    /// Returns a kept global model of a job, live or ended.
    ///
    /// @throws RoundNotKeptException if it is not kept
    public ModelFile model(JobId job, int number) throws IOException {
        Blob weights = kept(job, number)
                .orElseThrow(() -> new RoundNotKeptException(job, number))
                .weights();
        Path file = parts.blobs().findFile(weights.id()).orElseThrow(() -> new RoundNotKeptException(job, number));
        return new ModelFile(number, file, weights.id(), weights.sizeBytes(), weights.etag(), weights.crc32c());
    }

    /// Returns a kept global model of a live job as it travels to its workers.
    ///
    /// @throws RoundNotKeptException if it is not kept
    public ModelFile transferredModel(JobId job, int number) throws IOException {
        ModelFile model = model(job, number);
        JobRun run = runs.get(job);
        if (run == null) {
            throw notAtWork(job);
        }
        return run.transferred(model);
    }

    /// Returns what a site adds to its gradients when it trains from a model; empty if nothing is kept for it yet.
    ///
    /// @throws RoundNotKeptException if the model is not kept
    public Optional<CorrectionFile> correction(JobId job, int number, int shard) throws IOException {
        StoredModel model = kept(job, number).orElseThrow(() -> new RoundNotKeptException(job, number));
        Blob state = model.state();
        if (state == null) {
            return Optional.empty();
        }
        Path stateFile = parts.blobs().findFile(state.id()).orElseThrow(() -> new RoundNotKeptException(job, number));
        Path weights =
                parts.blobs().findFile(model.weights().id()).orElseThrow(() -> new RoundNotKeptException(job, number));
        try (SafetensorsReader global = SafetensorsReader.open(weights);
                SafetensorsReader kept = SafetensorsReader.open(stateFile)) {
            return ControlVariates.correction(global, kept, shard)
                    .map(content -> new CorrectionFile(stateFile, content));
        }
    }

    private Optional<StoredModel> kept(JobId job, int number) {
        JobRun run = runs.get(job);
        Optional<StoredModel> known = run == null ? Optional.empty() : run.model(number);
        return known.isPresent()
                ? known
                : Optional.ofNullable(parts.store().load(job).models().get(number));
    }

    /// Returns a new file on the blobs' file system for the body of a first model.
    public Path newFirstModelFile() throws IOException {
        return parts.blobs().newFile();
    }

    /// Returns a new file in the spool for the body of an update.
    public Path newUpdateFile(Assignment assignment, int round) throws IOException {
        return parts.spool().newFile(assignment.jobId(), round, assignment.id());
    }

    /// Says what an update will meet, before its body is sent; empty if it is welcome.
    public Optional<Acceptance> refusal(Holder from, int round) {
        Optional<Found> found = find(from);
        return found.isPresent()
                ? found.get().desk().refusal(found.get().assignment(), round)
                : Optional.of(new Acceptance.StaleFence());
    }

    /// Takes the first model, whose body lies in a file of [#newFirstModelFile]; the file is gone afterwards.
    public Acceptance acceptFirstModel(Holder from, ReceivedBody body) throws IOException {
        return with(from, body, found -> found.desk().acceptFirstModel(found.assignment(), body));
    }

    /// Takes an update, whose body lies in a file of [#newUpdateFile]; the file is this room's afterwards.
    public Acceptance acceptUpdate(Holder from, int round, ReceivedBody body, UpdateMeta meta) throws IOException {
        return with(from, body, found -> found.desk().acceptUpdate(found.assignment(), round, body, meta));
    }

    /// Takes what a shard measured of global model `model`.
    public Acceptance acceptValidation(
            Holder from, int model, Map<String, Double> metrics, long samples, double seconds) {
        return find(from)
                .map(to -> to.desk().acceptValidation(to.assignment(), model, metrics, samples, seconds))
                .orElseGet(Acceptance.StaleFence::new);
    }

    /// Takes a file that a site's code wrote in a round; it appears if that attempt's update counts.
    ///
    /// @throws IllegalArgumentException if the path is not relative and normalised
    public Acceptance stageFile(Holder from, int round, String path, Blob blob) {
        return find(from)
                .map(to -> to.desk().stageFile(to.assignment(), round, path, blob))
                .orElseGet(Acceptance.StaleFence::new);
    }

    /// Does what is due in every run, for tests that drive time themselves.
    public void runDueWork() {
        for (JobRun run : List.copyOf(runs.values())) {
            if (!run.isStopped()) {
                var _ = run.pass();
            }
            if (run.isStopped()) {
                runs.remove(run.id(), run);
            }
        }
    }

    private record Found(Assignment assignment, Desk desk) {}

    private interface Taking {
        Acceptance take(Found found) throws IOException;
    }

    private Acceptance with(Holder from, ReceivedBody body, Taking taking) throws IOException {
        Optional<Found> found = Optional.empty();
        try {
            found = find(from);
        } finally {
            if (found.isEmpty()) {
                parts.spool().delete(body.file());
            }
        }
        return found.isPresent() ? taking.take(found.get()) : new Acceptance.StaleFence();
    }

    /// The first check of a fence, which the store repeats in its transaction, and that the shard is one of the
    /// assignment's.
    ///
    /// @throws KernelException if the run is not at work here, as while a term ends or begins: told of a stale
    ///     fence, an agent would throw its training away
    private Optional<Found> find(Holder from) {
        Optional<Assignment> assignment = parts.kernel()
                .view()
                .image()
                .assignment(from.assignment())
                .filter(held -> held.fence().equals(from.fence()) && held.isAlive());
        if (assignment.isEmpty()) {
            return Optional.empty();
        }
        JobRun run = runs.get(assignment.get().jobId());
        if (run == null) {
            throw notAtWork(assignment.get().jobId());
        }
        return run.holds(assignment.get(), from.shard())
                ? Optional.of(new Found(assignment.get().of(from.shard()), run.desk()))
                : Optional.empty();
    }

    private static KernelException notAtWork(JobId job) {
        return new KernelException(
                KernelException.Fault.NOT_ACTIVE,
                "[job %s] its run is not at work on this server now; try again in a second".formatted(job),
                null);
    }

    private void begin(JobId id) {
        Epoch held = epoch;
        if (held == null) {
            return;
        }
        var fresh = new JobRun(id, held, specs, parts, this::tell, run -> runs.remove(id, run));
        if (runs.putIfAbsent(id, fresh) == null) {
            starter.accept(fresh);
        }
    }

    private void tell(Set<WorkerId> workers) {
        if (!workers.isEmpty()) {
            listeners.forEach(listener -> listener.stepsChanged(workers));
        }
    }

    private static boolean needsRun(Job job) {
        return job.ending().isPresent() || !job.is(JobPhase.QUEUED);
    }
}
