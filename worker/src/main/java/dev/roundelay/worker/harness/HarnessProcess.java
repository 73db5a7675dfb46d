package dev.roundelay.worker.harness;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.worker.sandbox.Exit;
import dev.roundelay.worker.sandbox.Isolation;
import dev.roundelay.worker.sandbox.Native;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxProcess;
import dev.roundelay.worker.sandbox.UntrustedTree;
import dev.roundelay.worker.sandbox.Usage;
import dev.roundelay.worker.workdir.UntrustedFolder;
import dev.roundelay.worker.workdir.WorkdirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One Python process that runs all steps of one shard of one job.
///
/// Steps come in the order `load`, `initialise` (on one worker), then `validate` and `train` for each round, `finish`.
/// Each blocks until the harness has answered or is gone, however long the user's code takes: `stop` from another
/// thread
/// ends the wait. One step at a time. Everything that was printed before an answer has reached the listener when the
/// step returns. Close it: that kills every process at once.
public final class HarnessProcess implements AutoCloseable {
    /// Name of what [#save] gives.
    public static final String SAVED_MODEL = HarnessSpec.SAVED_MODEL;

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final long LOG_PATIENCE_MILLIS = 2_000;

    private final HarnessConfig config;
    private final HarnessJob job;
    private final JobFolders folders;
    private final Sandbox sandbox;
    private final HarnessSpec layout;
    private final SandboxProcess process;
    private final HarnessLog log;
    private final HarnessCalls calls;
    private final CompletableFuture<FailureReport> ended;
    private volatile AssignmentPlan.@Nullable Site site;

    private HarnessProcess(
            HarnessConfig config,
            HarnessJob job,
            JobFolders folders,
            Sandbox sandbox,
            HarnessSpec layout,
            SandboxProcess process,
            HarnessListener listener,
            InstantSource clock) {
        this.config = config;
        this.job = job;
        this.folders = folders;
        this.sandbox = sandbox;
        this.layout = layout;
        this.process = process;
        this.log = new HarnessLog(listener, clock);
        this.calls = new HarnessCalls(process, log, listener, clock);
        this.ended = process.exit()
                .thenApplyAsync(
                        this::report,
                        runnable -> Thread.ofVirtual().name("harness-end").start(runnable));
    }

    /// Starts a harness in its sandbox. The folders must exist; `exchange` and `out` are handed to the slot's uid.
    ///
    /// @throws IOException if a folder cannot be prepared
    /// @throws dev.roundelay.worker.sandbox.SandboxException if the sandbox cannot be made
    public static HarnessProcess start(
            HarnessConfig config,
            HarnessJob job,
            JobFolders folders,
            Sandbox sandbox,
            HarnessListener listener,
            InstantSource clock)
            throws IOException {
        folders.create();
        if (sandbox.isolation() == Isolation.NONE) {
            Files.createDirectories(folders.root().resolve("tmp/home"));
        }
        for (Path folder : new Path[] {folders.scripts(), folders.assets(), folders.payload(), folders.models()}) {
            sandbox.show(folder);
        }
        sandbox.giveTo(folders.exchange(), config.slot());
        sandbox.giveTo(folders.out(), config.slot());
        HarnessSpec layout = new HarnessSpec(config, job, folders, sandbox);
        HarnessProcess harness = new HarnessProcess(
                config, job, folders, sandbox, layout, sandbox.start(layout.spec()), listener, clock);
        harness.calls.start();
        return harness;
    }

    /// Imports the user's module and finds its classes and functions.
    public Description load() throws HarnessException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("jobId", job.jobId());
        request.put("site", job.site());
        request.put("scripts", layout.inside("scripts"));
        request.put("assets", layout.inside("assets"));
        request.put("payload", layout.inside("payload"));
        request.put("model", job.model());
        request.put("training", job.training());
        request.put("device", job.device());
        request.put("rounds", job.rounds());
        request.put("threads", job.threads());
        request.put("seeded", job.seeded());
        request.put("corrected", job.corrected());
        request.put("seed", CallSeed.of(job.seed(), "load", 0, 0));
        return HarnessAnswers.description(call("load", null, request));
    }

    /// Makes model 0: a fresh model, or the warm start. The seed is the same on every worker.
    ///
    /// @param checkpoint a file in `JobFolders.models()`, or null
    public Update initialise(@Nullable Path checkpoint) throws HarnessException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("checkpoint", checkpoint == null ? null : insideModels(checkpoint));
        request.put("seed", CallSeed.of(job.seed(), "initialise", 0, 0));
        return update("initialise", null, request);
    }

    /// Says which site's steps the next ones are, where a harness plays several: its shard lies in a folder of its name
    /// below the payload.
    public void play(AssignmentPlan.Site next) {
        site = next;
    }

    /// Trains one round without a correction.
    public Update train(int round, Path model) throws HarnessException {
        return train(round, model, Optional.empty());
    }

    /// Trains one round; `JobFolders.out(round)` is its `out_dir`.
    ///
    /// @param model      global model `round` as plain safetensors, a file in `JobFolders.models()`
    /// @param correction what is added to the gradients, a file there too; empty if that is zero
    public Update train(int round, Path model, Optional<Path> correction) throws HarnessException {
        Map<String, Object> request = roundRequest("train", round, model);
        correction.ifPresent(file -> request.put("correction", insideModels(file)));
        return update("train", round, request);
    }

    /// Validates a global model on this shard.
    ///
    /// @param model global model `round` as plain safetensors, a file in `JobFolders.models()`
    public Validation validate(int round, Path model) throws HarnessException {
        JsonNode answer = call("validate", round, roundRequest("validate", round, model));
        return HarnessAnswers.validation(answer, where(round), round);
    }

    /// Lets the job's own persistor save a global model.
    ///
    /// @param model global model `round` as plain safetensors, a file in `JobFolders.models()`
    /// @return the agent's copy of what was saved; empty, after a warning, if the persistor saved nothing
    public Optional<Path> save(int round, Path model) throws HarnessException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("round", round);
        request.put("weights", insideModels(model));
        request.put("seed", CallSeed.of(job.seed(), "save", round, 0));
        if (!call("save", null, request).path("saved").asBoolean()) {
            return Optional.empty();
        }
        Path target = folders.collected().resolve(SAVED_MODEL);
        takeOver(folders.out(), SAVED_MODEL, target, null);
        return Optional.of(target);
    }

    /// Asks the harness to end and waits for it; a harness that does not is stopped.
    public void finish() {
        try {
            call("finish", null, new LinkedHashMap<>());
        } catch (HarnessException e) {
            // It is gone already, which is what was asked for.
            log.enter(null);
        }
        process.stop(GRACE);
    }

    /// Stops everything: SIGTERM, 2 s, SIGKILL of the process namespace.
    ///
    /// @return whether every process is confirmed to be gone
    public boolean stop() {
        return process.stop(GRACE);
    }

    /// Stops all processes from running until the returned handle is closed, so that `out_dir` stands still.
    public SandboxProcess.Frozen freeze() {
        return process.freeze();
    }

    /// Lets Python write the stack of each of its threads to standard error, which is the log; also while it hangs in
    /// native code. Only after [#load]: before it, nobody listens and the signal would end the program.
    public void showStack() {
        process.signal(Native.SIGUSR1);
    }

    /// Completes when every process is gone, with how: a step under way then fails with the same report.
    public CompletableFuture<FailureReport> ended() {
        return ended.copy();
    }

    /// Returns what the harness uses now.
    public Usage usage() {
        return process.usage();
    }

    @Override
    public void close() {
        process.close();
    }

    private Update update(String op, @Nullable Integer round, Map<String, Object> request) throws HarnessException {
        String name = op + ".safetensors";
        request.put("result", layout.inside("exchange") + "/" + name);
        JsonNode answer = call(op, round, request);
        Path target =
                folders.collected().resolve(round == null ? "model_0.safetensors" : "update_" + round + ".safetensors");
        takeOver(folders.exchange(), name, target, round);
        return HarnessAnswers.update(answer, target, where(round), round);
    }

    private void takeOver(Path folder, String name, Path target, @Nullable Integer round) throws HarnessException {
        try {
            Files.deleteIfExists(target);
            new UntrustedFolder(folder).copy(name, target, config.modelBytes());
            UntrustedTree.remove(folder.resolve(name));
        } catch (NoSuchFileException e) {
            throw new HarnessException(new FailureReport(
                    FailureReason.INVALID_UPDATE,
                    where(round) + "the code removed " + name + ", which the harness had written for the worker; leave"
                            + " that folder alone",
                    null,
                    round,
                    false));
        } catch (WorkdirException e) {
            throw new HarnessException(
                    new FailureReport(FailureReason.INVALID_UPDATE, where(round) + e.getMessage(), null, round, false));
        } catch (IOException e) {
            throw new HarnessException(new FailureReport(
                    FailureReason.INTERNAL,
                    where(round) + "the weights could not be taken over (" + e + "); check the worker's disk",
                    null,
                    round,
                    false));
        }
    }

    private Map<String, Object> roundRequest(String op, int round, Path model) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("round", round);
        request.put("weights", insideModels(model));
        request.put("outDir", layout.inside("out") + "/" + folders.out(round).getFileName());
        AssignmentPlan.Site played = site;
        if (played != null) {
            request.put("site", played.name());
            request.put("payload", layout.inside("payload") + "/" + played.name());
        }
        request.put("seed", CallSeed.of(job.seed(), op, round, played == null ? job.shard() : played.shard()));
        return request;
    }

    private String name() {
        AssignmentPlan.Site played = site;
        return played == null ? job.site() : played.name();
    }

    private String insideModels(Path file) {
        Path relative = folders.models().relativize(file.toAbsolutePath().normalize());
        if (relative.startsWith("..")) {
            throw new IllegalArgumentException("[harness] " + file + " does not lie in " + folders.models());
        }
        sandbox.show(file);
        return layout.inside("models") + "/" + relative;
    }

    private JsonNode call(String op, @Nullable Integer round, Map<String, Object> request) throws HarnessException {
        log.enter(round);
        try {
            JsonNode answer = calls.call(op, request);
            if (answer.has("error")) {
                throw new HarnessException(
                        HarnessAnswers.failure(answer.get("error"), where(round), round, job.device()));
            }
            return answer;
        } catch (HarnessCalls.GoneException e) {
            throw new HarnessException(ended.join());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HarnessException(HarnessEnd.report(new Exit.Stopped(), name(), round, java.util.List.of()));
        }
    }

    private FailureReport report(Exit exit) {
        try {
            log.awaitEnd(LOG_PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Optional<String> meddling = calls.meddling().filter(_ -> exit.equals(new Exit.Stopped()));
        return meddling.isPresent()
                ? HarnessEnd.meddled(meddling.get(), name(), log.round(), log.lastLines())
                : HarnessEnd.report(exit, name(), log.round(), log.lastLines());
    }

    private String where(@Nullable Integer round) {
        return round == null ? "[" + name() + "] " : "[" + name() + ", round " + round + "] ";
    }
}
