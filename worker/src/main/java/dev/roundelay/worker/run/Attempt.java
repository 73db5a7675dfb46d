package dev.roundelay.worker.run;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.ValidationReport;
import dev.roundelay.tensors.quantization.Quantization;
import dev.roundelay.worker.client.AssignmentClient;
import dev.roundelay.worker.client.AssignmentClient.Taken;
import dev.roundelay.worker.client.RefusedException;
import dev.roundelay.worker.environment.EnvironmentException;
import dev.roundelay.worker.environment.EnvironmentStore;
import dev.roundelay.worker.harness.Description;
import dev.roundelay.worker.harness.HarnessConfig;
import dev.roundelay.worker.harness.HarnessException;
import dev.roundelay.worker.harness.HarnessJob;
import dev.roundelay.worker.harness.HarnessProcess;
import dev.roundelay.worker.harness.JobFolders;
import dev.roundelay.worker.harness.Update;
import dev.roundelay.worker.harness.Validation;
import dev.roundelay.worker.logs.LogPump;
import dev.roundelay.worker.sandbox.SandboxLimits;
import dev.roundelay.worker.sandbox.SandboxProcess;
import dev.roundelay.worker.workdir.OutputCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The work of one attempt in one slot: prepare, then steps. One thread calls it; [#close] ends the harness and waits
/// for that.
final class Attempt implements AutoCloseable {
    private final Workshop shop;
    private final AssignmentPlan plan;
    private final AssignmentClient client;
    private final Slots.Slot slot;
    private final SharedJob shared;
    private final JobFolders folders;
    private final LogPump log;
    private final Consumer<String> phase;
    private final FileStager stager;
    private final Outbox outbox;
    private Optional<Path> checkpoint = Optional.empty();
    private EnvironmentStore.@Nullable Lease environment;
    private volatile @Nullable HarnessProcess harness;
    private @Nullable Kept kept;
    private long bytesSent;
    private @Nullable Integer atWork;

    /// The update of a round, kept until the round's commit is known, or another of the assignment's sites is at
    /// work: in a simulation one that is lost is trained again, so that a slot's disk holds one update, not one of
    /// each site.
    private record Kept(int round, String site, SealedUpdate update) {}

    /// What an attempt needs besides the workshop.
    ///
    /// @param phase     told what is being done, for people
    /// @param onRefused told when the server wants nothing more of this attempt
    record Assigned(
            AssignmentPlan plan,
            AssignmentClient client,
            Slots.Slot slot,
            SharedJob shared,
            JobFolders folders,
            LogPump log,
            Consumer<String> phase,
            Consumer<RefusedException> onRefused) {}

    Attempt(Workshop shop, Assigned assigned) {
        this.shop = shop;
        this.plan = assigned.plan();
        this.client = assigned.client();
        this.slot = assigned.slot();
        this.shared = assigned.shared();
        this.folders = assigned.folders();
        this.log = assigned.log();
        this.phase = assigned.phase();
        this.stager = new FileStager(log, assigned.onRefused());
        this.outbox = new Outbox();
    }

    /// Fetches the inputs, builds the environment, starts the harness and imports the user's module.
    Description prepare()
            throws IOException, RefusedException, InterruptedException, HarnessException, EnvironmentException {
        requireAllowed();
        phase.accept("fetching inputs");
        Inputs inputs = new Inputs(plan, client, shared, folders, shop.sandbox().isolation());
        inputs.layOut(shop.config().datasets());
        checkpoint = inputs.checkpoint();
        phase.accept("building environment");
        EnvironmentStore.Lease leased = shop.environments()
                .obtain(
                        plan.ownerId(),
                        plan.requirements(),
                        plan.model().needsNvflare(),
                        line -> log.worker("info", null, line));
        environment = leased;
        phase.accept("importing");
        HarnessProcess started = HarnessProcess.start(
                new HarnessConfig(
                        shop.program(),
                        leased.python(),
                        slot.number(),
                        limits(),
                        slot.devices(),
                        HarnessConfig.MODEL_BYTES),
                job(),
                folders,
                shop.sandbox(),
                new HarnessLines(log),
                shop.clock());
        harness = started;
        return started.load();
    }

    private void requireAllowed() throws HarnessException {
        List<String> allowed = shop.config().allowedUsers();
        if (!allowed.isEmpty() && allowed.stream().noneMatch(plan.submitter()::equalsIgnoreCase)) {
            throw new HarnessException(Failures.report(
                    FailureReason.ENVIRONMENT_FAILED,
                    "[" + plan.site() + "] this worker runs no code of " + plan.submitter()
                            + "; choose other workers, or ask its owner for --allow-user",
                    null));
        }
    }

    private SandboxLimits limits() {
        var limits = shop.config().limits();
        long memory = shop.machine().slotMemoryMb() << 20;
        long mega = 1_000_000L;
        return new SandboxLimits(
                memory,
                limits.processes(),
                limits.outDirMb() * mega,
                limits.temporaryMb() * mega,
                Math.max(1, memory / 2),
                limits.openFiles());
    }

    private HarnessJob job() {
        int threads = Math.max(
                1, Runtime.getRuntime().availableProcessors() / shop.machine().slots());
        return HarnessJob.of(plan, slot.device(), threads).with(slot.environment());
    }

    /// Carries a step out; returns when its result was answered.
    void carryOut(Step step) throws IOException, RefusedException, InterruptedException, HarnessException {
        Turn turn = turn(step);
        switch (step.kind()) {
            case PREPARE, WAIT, STOP -> {}
            case INITIALISE -> initialise();
            case TRAIN -> train(turn, round(step), step);
            case VALIDATE -> {
                drop(null, turn);
                if (step.save()) {
                    save(turn, round(step));
                }
                validate(turn, round(step), modelOf(round(step)));
                outbox.await();
            }
            case FINISH -> finish(turn);
        }
    }

    /// Whose turn it is.
    ///
    /// @param calls those that are about this site's shard
    /// @param several whether the assignment has other sites, too
    private record Turn(String site, AssignmentClient calls, boolean several) {
        private String suffix() {
            return several ? " as " + site : "";
        }
    }

    /// Makes it a site's turn, where the assignment has several.
    private Turn turn(Step step) throws IOException {
        if (plan.sites().isEmpty() || step.kind() != StepKind.TRAIN && step.kind() != StepKind.VALIDATE) {
            return new Turn(plan.site(), client, false);
        }
        int shard = step.shard() == null ? plan.shard() : step.shard();
        AssignmentPlan.Site site = plan.sites().stream()
                .filter(one -> one.shard() == shard)
                .findFirst()
                .orElseThrow(() -> new IOException("the server sent the step " + step + " for another one's shard"));
        running().play(site);
        log.of(shard);
        atWork = shard;
        return new Turn(site.name(), client.of(shard), true);
    }

    private static int round(Step step) throws IOException {
        if (step.round() == null) {
            throw new IOException("the server sent the step " + step + " without a round");
        }
        return step.round();
    }

    private void initialise() throws IOException, RefusedException, InterruptedException, HarnessException {
        phase.accept("making first weights");
        Update model = running().initialise(checkpoint.orElse(null));
        SealedUpdate sealed = SealedUpdate.ofModel0(model, plan.site());
        take(client.putModel0(sealed.file(), sealed.crc()), "the first weights");
        bytesSent += Files.size(sealed.file());
        Files.delete(sealed.file());
    }

    private void train(Turn turn, int round, Step step)
            throws IOException, RefusedException, InterruptedException, HarnessException {
        drop(round, turn);
        Kept held = kept;
        if (held == null) {
            Path model = modelOf(round);
            if (step.validate()) {
                validate(turn, round, model);
            }
            phase.accept("training" + turn.suffix());
            Update update = running().train(round, model, correctionOf(turn, round));
            collect(turn, round);
            held = new Kept(
                    round, turn.site(), SealedUpdate.ofRound(update, model, round, turn.site(), quantization()));
            kept = held;
        } else if (step.validate()) {
            validate(turn, round, modelOf(round));
        }
        SealedUpdate sealed = held.update();
        stager.await();
        take(turn.calls().putUpdate(round, sealed.file(), sealed.crc()), "the update of round " + round);
        bytesSent += Files.size(sealed.file());
        outbox.await();
    }

    /// Drops the kept update unless it is of `round` and of this turn's site: a step of another round shows that it is
    /// committed.
    private void drop(@Nullable Integer round, Turn turn) throws IOException {
        Kept held = kept;
        if (held != null && !(Objects.equals(held.round(), round) && held.site().equals(turn.site()))) {
            kept = null;
            Files.deleteIfExists(held.update().file());
            Files.deleteIfExists(modelLink(held.round() - 1));
            Files.deleteIfExists(correctionFile(held.round()));
        }
    }

    private Path modelOf(int round) throws IOException, RefusedException, InterruptedException {
        Path link = modelLink(round);
        if (!Files.exists(link)) {
            phase.accept("fetching model");
            Inputs.share(
                    shared.model(round, client, plan.quantization() != null),
                    link,
                    shop.sandbox().isolation());
        }
        return link;
    }

    /// Returns what is added to the gradients, where the job's strategy says so and it is not zero.
    private Optional<Path> correctionOf(Turn turn, int round)
            throws IOException, RefusedException, InterruptedException {
        if (!plan.corrected()) {
            return Optional.empty();
        }
        phase.accept("fetching correction");
        Path file = correctionFile(round);
        Files.deleteIfExists(file);
        return turn.calls().fetchCorrection(round, file) ? Optional.of(file) : Optional.empty();
    }

    private Path correctionFile(int round) {
        return folders.models().resolve("correction-" + round + ".safetensors");
    }

    private @Nullable Quantization quantization() throws IOException {
        String name = plan.quantization();
        return name == null
                ? null
                : Quantization.find(name)
                        .orElseThrow(() -> new IOException(
                                "[quantization] " + name + " is not known here; install the server's release"));
    }

    private Path modelLink(int round) {
        return folders.models().resolve("model-" + round + ".safetensors");
    }

    private void validate(Turn turn, int round, Path model) throws HarnessException {
        phase.accept("validating" + turn.suffix());
        Validation result = running().validate(round, model);
        ValidationReport report = new ValidationReport(result.metrics(), result.samples(), result.seconds());
        outbox.add(() -> turn.calls().putValidation(round, report));
    }

    /// Stores what the job's own persistor makes of the last model: sent before the validation, which says that it
    /// has been done.
    private void save(Turn turn, int round)
            throws IOException, RefusedException, InterruptedException, HarnessException {
        Path model = modelOf(round);
        phase.accept("saving the model");
        Optional<Path> saved = running().save(round, model);
        saved.ifPresent(file -> stager.stage(turn.calls(), round, HarnessProcess.SAVED_MODEL, file));
        stager.await();
    }

    /// Takes over what the round left in `out_dir`, while nothing of the harness runs, and begins to send it.
    private void collect(Turn turn, int round) throws IOException, HarnessException {
        Path out = folders.out(round);
        Path target = Files.createTempDirectory(folders.collected(), "out-" + round + "-");
        OutputCollector collector = OutputCollector.ofBytes(limits().outputBytes());
        OutputCollector.Collected collected;
        try (SandboxProcess.Frozen frozen = running().freeze()) {
            Objects.requireNonNull(frozen);
            collected = collector.collect(out, target);
            Trees.remove(out);
        }
        collected.files().forEach(file -> stager.stage(turn.calls(), round, file.path(), file.file()));
        if (!collected.skipped().isEmpty()) {
            log.warning("files_not_stored", String.join("; ", collected.skipped()), round);
        }
    }

    private void finish(Turn turn) throws IOException, InterruptedException, RefusedException, HarnessException {
        drop(null, turn);
        phase.accept("finishing");
        running().finish();
    }

    private void take(Taken taken, String what) {
        switch (taken) {
            case Taken.Accepted() -> {}
            case Taken.TooLate() -> log.worker("warn", null, what + " came too late and was left out");
            case Taken.Invalid(String message) -> log.worker("error", null, what + " was refused: " + message);
        }
    }

    private HarnessProcess running() {
        return Objects.requireNonNull(harness, "a step before the harness was started");
    }

    /// Returns which of the assignment's shards was at work last; null where it has only one, or before the first.
    @Nullable
    Integer atWork() {
        return atWork;
    }

    /// Returns the processor time that the harness has used.
    Duration cpu() {
        HarnessProcess started = harness;
        return started == null ? Duration.ZERO : started.usage().cpu();
    }

    /// Writes where Python stands into the log.
    void showStack() {
        running().showStack();
    }

    /// Completes with a report when every process of the harness is gone.
    CompletableFuture<FailureReport> ended() {
        return running().ended();
    }

    /// Returns how many bytes of weights and files were sent.
    long bytesSent() {
        return bytesSent + stager.bytes();
    }

    /// Ends every process: SIGTERM, 2 s, SIGKILL.
    void stop() {
        stager.close();
        outbox.close();
        if (harness != null) {
            harness.stop();
        }
    }

    /// Ends every process at once.
    @Override
    public void close() {
        stager.close();
        outbox.close();
        if (harness != null) {
            harness.close();
        }
        if (environment != null) {
            environment.close();
            environment = null;
        }
    }
}
