package dev.roundelay.federation.run;

import dev.roundelay.federation.Acceptance;
import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.Holder;
import dev.roundelay.federation.ReceivedBody;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.RunState;
import dev.roundelay.federation.RunStore.Outcome;
import dev.roundelay.federation.StagedFile;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.UpdateMeta;
import dev.roundelay.federation.Validation;
import dev.roundelay.federation.metric.RoundMetrics;
import dev.roundelay.federation.output.OutputKeys;
import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.strategy.Aggregation;
import dev.roundelay.federation.strategy.StrategyCatalogue;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.QuotaExceededException;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.crc.Crc32c;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Takes in what the workers of one job send: checks it, commits it, tells the loop. Nothing is believed because it
/// was decided in memory: the store checks fence and round again in the transaction that records it. Safe for any
/// number of threads.
public final class Desk {
    private static final double NANOS = 1e9;

    private final JobId id;
    private final Epoch epoch;
    private final RunParts parts;
    private final Outputs outputs;
    private final JobRun run;

    Desk(JobId id, Epoch epoch, RunParts parts, Outputs outputs, JobRun run) {
        this.id = id;
        this.epoch = epoch;
        this.parts = parts;
        this.outputs = outputs;
        this.run = run;
    }

    /// Takes the first model.
    public Acceptance acceptFirstModel(Assignment from, ReceivedBody body) throws IOException {
        try {
            return firstModel(from, body);
        } finally {
            parts.spool().delete(body.file());
        }
    }

    /// Says what an update will meet, before its body is sent; empty if it is welcome.
    public Optional<Acceptance> refusal(Assignment from, int number) {
        RunState state = run.requireState();
        Round round = state.round();
        if (round != null && round.number() == number && state.isWanted(from.shard())) {
            return Optional.empty();
        }
        if (parts.store().hasContribution(id, number, from.shard())) {
            return Optional.of(new Acceptance.AlreadyAccepted());
        }
        boolean late = number < run.requireSpec().lastModel() && (round == null || number <= round.number());
        return Optional.of(late ? late(from, number) : new Acceptance.RoundClosed(number));
    }

    /// Takes an update.
    public Acceptance acceptUpdate(Assignment from, int round, ReceivedBody body, UpdateMeta meta) throws IOException {
        Acceptance accepted = refusal(from, round).orElse(null);
        if (accepted == null) {
            accepted = update(from, round, body, meta);
        }
        if (!(accepted instanceof Acceptance.Accepted)) {
            parts.spool().delete(body.file());
        }
        return accepted;
    }

    /// Takes what a shard measured of a model; one for a model that is not validated is passed over.
    public Acceptance acceptValidation(
            Assignment from, int model, Map<String, Double> metrics, long samples, double seconds) {
        RunState state = run.requireState();
        if (model <= run.requireSpec().firstModel() || !state.models().containsKey(model)) {
            return new Acceptance.RoundClosed(model);
        }
        var validation = new Validation(
                model, from.shard(), Math.max(0, samples), Math.max(0, seconds), now(), RoundMetrics.usable(metrics));
        if (parts.store().putValidation(epoch, id, holder(from), validation) == Outcome.STALE_FENCE) {
            return new Acceptance.StaleFence();
        }
        run.measurements().validated(model);
        run.apply(known -> known.models().containsKey(model) ? known.withValidation(validation) : known);
        run.stepTaken(from);
        return new Acceptance.Accepted();
    }

    /// Takes a file that a site's code wrote; what does not fit is left out with a warning.
    ///
    /// @throws IllegalArgumentException if the path leads elsewhere
    public Acceptance stageFile(Assignment from, int round, String path, Blob blob) {
        if (!OutputKeys.isSafePath(path)) {
            throw new IllegalArgumentException(
                    "[round %d, %s] '%s' is not a relative, normalised path".formatted(round, from.site(), path));
        }
        Optional<Job> job = parts.kernel().view().job(id);
        if (job.isEmpty()) {
            return new Acceptance.StaleFence();
        }
        Situation now = run.situation().orElse(null);
        if (now != null && now.isSavedBy(from.shard(), round)) {
            return savedModel(job.get(), round, path, blob);
        }
        try {
            var file = new StagedFile(round, from.shard(), from.id(), path, blob);
            run.commits().staged(round);
            return acceptance(parts.store().stageFile(epoch, id, holder(from), outputs.bucket(job.get()), file), round);
        } catch (QuotaExceededException e) {
            parts.journal().record(epoch, id, List.of(Notes.filesNotStored(round, from.shard(), 1, now())));
            return new Acceptance.Accepted();
        }
    }

    /// Shows what a persistor saved at once: the model that it saved is committed and stays as it is, so a second
    /// attempt can but store the same again.
    private Acceptance savedModel(Job job, int number, String path, Blob blob) {
        if (OutputKeys.isOwnModel(path)) {
            return new Acceptance.RoundClosed(number);
        }
        NewObject saved = new NewObject(Outputs.keys(job).savedModel(path), blob, ObjectAttributes.DEFAULT);
        if (!parts.store()
                .publish(epoch, id, outputs.bucket(job), List.of(saved))
                .leftOut()
                .isEmpty()) {
            parts.journal().record(epoch, id, List.of(Notes.filesNotStored(number, null, 1, now())));
        }
        return new Acceptance.Accepted();
    }

    private Acceptance firstModel(Assignment from, ReceivedBody body) throws IOException {
        Optional<Job> job = parts.kernel().view().job(id);
        if (job.isEmpty()) {
            return new Acceptance.StaleFence();
        }
        if (run.requireState().newest().isPresent()) {
            return new Acceptance.AlreadyAccepted();
        }
        if (!body.isIntact()) {
            return damaged(body);
        }
        try {
            Aggregation.requireFirstModel(body.file(), parts.config().maxModelBytes());
            var model = new StoredModel(0, parts.blobs().adopt(body.file()), null);
            Outcome outcome = parts.store()
                    .putFirstModel(epoch, id, holder(from), outputs.firstModel(job.get(), run.requireSpec(), model));
            if (outcome == Outcome.STORED) {
                run.apply(state -> state.withModel(model));
                parts.kernel().progressed(from.id());
            }
            return acceptance(outcome, 0);
        } catch (TensorFormatException e) {
            return invalid(RunFailures.invalidFirstModel(from.shard(), e));
        } catch (QuotaExceededException e) {
            return invalid(RunFailures.doesNotFit("checkpoint", e));
        }
    }

    private Acceptance update(Assignment from, int round, ReceivedBody body, UpdateMeta meta) throws IOException {
        if (!body.isIntact()) {
            return damaged(body);
        }
        RunSpec spec = run.requireSpec();
        StoredModel model = run.requireState().models().get(round);
        if (model == null) {
            return new Acceptance.RoundClosed(round);
        }
        ReceivedBody whole = body;
        try {
            Path global = Outputs.file(parts.blobs(), model.weights());
            if (spec.quantization() != null) {
                whole = decoded(body, global);
            }
            Aggregation.requireUpdate(
                    whole.file(), global, meta.samples(), parts.config().maxModelBytes());
        } catch (TensorFormatException e) {
            Failure failure = RunFailures.invalidUpdate(round, from.shard(), e);
            // Where the job goes on without the site, its agent's report of the failure makes it sit out the round.
            return spec.continueOnSiteError() ? new Acceptance.Invalid(failure) : invalid(failure);
        }
        Contribution contribution = contribution(from, whole, meta);
        List<String> missing = missing(spec, contribution);
        if (!missing.isEmpty()) {
            Failure failure =
                    RunFailures.notReturned(round, from.shard(), spec.strategy().name(), missing);
            return spec.continueOnSiteError() ? new Acceptance.Invalid(failure) : invalid(failure);
        }
        run.memory().trust(contribution);
        Outcome outcome = parts.store().acceptContribution(epoch, id, holder(from), round, contribution);
        if (outcome == Outcome.STORED) {
            run.memory().trained(contribution.seconds());
            run.apply(state -> state.withContribution(round, contribution));
            run.stepTaken(from);
            parts.kernel().progressed(from.id());
        }
        return outcome == Outcome.CLOSED ? late(from, round) : acceptance(outcome, round);
    }

    private ReceivedBody decoded(ReceivedBody body, Path global) throws IOException {
        Crc32c crc =
                Aggregation.decodeUpdate(body.file(), global, parts.config().maxModelBytes());
        long sum = Integer.toUnsignedLong(crc.value());
        return new ReceivedBody(body.file(), Files.size(body.file()), sum, sum);
    }

    private static List<String> missing(RunSpec spec, Contribution contribution) {
        return StrategyCatalogue.find(spec.strategy().name())
                .map(strategy -> strategy.missing(contribution.metrics()))
                .orElse(List.of());
    }

    private Acceptance late(Assignment from, int round) {
        if (parts.kernel().view().job(id).map(Job::isGoingOn).orElse(false)) {
            parts.journal().record(epoch, id, List.of(Notes.late(round, from.shard(), now())));
        }
        return new Acceptance.RoundClosed(round);
    }

    private Contribution contribution(Assignment from, ReceivedBody body, UpdateMeta meta) {
        Instant at = now();
        double seconds = Double.isFinite(meta.seconds()) ? Math.max(0, meta.seconds()) : 0;
        return new Contribution(
                from.shard(),
                from.id(),
                from.attempt(),
                from.workerId(),
                parts.config().serverId(),
                parts.spool().name(body.file()),
                body.sizeBytes(),
                body.crc32c(),
                meta.samples(),
                seconds,
                at.minusNanos((long) (seconds * NANOS)),
                at,
                RoundMetrics.usable(meta.metrics()));
    }

    private Acceptance invalid(Failure failure) {
        var _ = parts.kernel().failing(id, failure);
        return new Acceptance.Invalid(failure);
    }

    private static Acceptance damaged(ReceivedBody body) {
        return new Acceptance.Damaged("[body] CRC-32C is %08x, announced was %08x; send it again"
                .formatted(body.crc32c(), body.claimedCrc32c()));
    }

    private static Acceptance acceptance(Outcome outcome, int round) {
        return switch (outcome) {
            case STORED -> new Acceptance.Accepted();
            case EXISTS -> new Acceptance.AlreadyAccepted();
            case STALE_FENCE -> new Acceptance.StaleFence();
            case CLOSED -> new Acceptance.RoundClosed(round);
        };
    }

    private static Holder holder(Assignment from) {
        return new Holder(from.id(), from.fence(), from.shard());
    }

    private Instant now() {
        return parts.wall().instant();
    }
}
