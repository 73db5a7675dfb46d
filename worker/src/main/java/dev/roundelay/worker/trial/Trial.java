package dev.roundelay.worker.trial;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
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
import dev.roundelay.worker.run.Failures;
import dev.roundelay.worker.run.SealedUpdate;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxLimits;
import dev.roundelay.worker.workdir.OutputCollector;
import dev.roundelay.worker.workdir.SafeZip;
import dev.roundelay.worker.workdir.WorkdirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One round and its validation, by the parts with which a worker does them: the same environment, sandbox,
/// harness and checks, and so the same messages.
final class Trial {
    private static final String SITE = "site-1";

    private final TrialSpec spec;
    private final Tools tools;
    private final JobFolders folders;
    private final Console console;

    /// What a trial needs of this machine.
    ///
    /// @param program folder of the unpacked harness
    record Tools(
            Path program, EnvironmentStore environments, Sandbox sandbox, SandboxLimits limits, InstantSource clock) {}

    /// @param folders of the trial alone; removed by the caller
    Trial(TrialSpec spec, Tools tools, JobFolders folders, Console console) {
        this.spec = spec;
        this.tools = tools;
        this.folders = folders;
        this.console = console;
    }

    TrialResult run() throws InterruptedException {
        try {
            layOut();
            console.step("environment: " + String.join(", ", spec.requirements()));
            try (EnvironmentStore.Lease environment = tools.environments()
                    .obtain("try", spec.requirements(), false, line -> console.step("  | " + line))) {
                return inHarness(environment);
            }
        } catch (WorkdirException e) {
            return failed(Failures.report(
                    FailureReason.SHARD_UNREADABLE,
                    "[" + SITE + ", " + spec.shard().getFileName() + "] " + e.getMessage(),
                    null));
        } catch (HarnessException | EnvironmentException | IOException | RuntimeException e) {
            return failed(Failures.of(e, SITE));
        }
    }

    private TrialResult failed(FailureReport report) {
        return TrialResult.failed(report, console.warnings());
    }

    private TrialResult inHarness(EnvironmentStore.Lease environment) throws IOException, HarnessException {
        HarnessConfig config = HarnessConfig.onCpu(tools.program(), environment.python(), 0, tools.limits());
        int threads = Runtime.getRuntime().availableProcessors();
        HarnessJob job = new HarnessJob(
                "try", SITE, 0, 1, spec.seed(), spec.model(), spec.training(), "cpu", threads, true, false, Map.of());
        try (HarnessProcess harness =
                HarnessProcess.start(config, job, folders, tools.sandbox(), console, tools.clock())) {
            Description found = harness.load();
            console.step("model_def: " + String.join(", ", found.classes()) + "; "
                    + String.join(", ", found.functions()) + "; " + String.join(", ", found.versions()));
            TrialResult result = round(harness, found);
            harness.finish();
            return result;
        }
    }

    private TrialResult round(HarnessProcess harness, Description found) throws IOException, HarnessException {
        Path model0 = asModel(SealedUpdate.ofModel0(harness.initialise(warmStart()), SITE), 0);
        console.step("first weights: " + Files.size(model0) + " bytes");
        console.step("round 0: " + spec.model().trainFn());
        Update trained = harness.train(0, model0);
        OutputCollector.Collected files = OutputCollector.ofBytes(tools.limits().outputBytes())
                .collect(folders.out(0), folders.collected().resolve("out-0"));
        Path model1 = asModel(SealedUpdate.ofRound(trained, model0, 0, SITE, null), 1);
        Map<String, Double> metrics = Map.of();
        if (found.validates()) {
            console.step("validation of the new model: " + spec.model().validateFn());
            Validation validation = harness.validate(1, model1);
            metrics = validation.metrics();
        }
        files.skipped().forEach(skipped -> console.warning("files_not_stored", skipped, 0));
        return new TrialResult(
                true,
                trained.samples(),
                trained.seconds(),
                Files.size(model1),
                trained.metrics(),
                metrics,
                files.files().stream().map(OutputCollector.OutputFile::path).toList(),
                console.warnings(),
                null);
    }

    private Path asModel(SealedUpdate sealed, int number) throws IOException {
        return Files.move(sealed.file(), folders.models().resolve("model-" + number + ".safetensors"));
    }

    private @Nullable Path warmStart() throws IOException {
        Path given = spec.checkpoint();
        return given == null ? null : Files.copy(given, folders.warmStart());
    }

    private void layOut() throws IOException, HarnessException {
        folders.create();
        if (Files.isDirectory(spec.code())) {
            copy(spec.code(), folders.scripts());
        } else {
            Files.copy(spec.code(), folders.scripts().resolve("model_def.py"));
        }
        if (!Files.exists(folders.scripts().resolve(spec.model().module().replace('.', '/') + ".py"))) {
            throw new HarnessException(Failures.report(
                    FailureReason.MODEL_DEF_MISSING,
                    "[" + spec.code() + "] there is no " + spec.model().module() + ".py in it; "
                            + FailureReason.MODEL_DEF_MISSING.remedy(),
                    null));
        }
        for (Path asset : spec.assets()) {
            copy(asset, folders.assets().resolve(asset.toAbsolutePath().getFileName()));
        }
        if (Files.isDirectory(spec.shard())) {
            copy(spec.shard(), folders.payload());
        } else {
            SafeZip.withDefaults()
                    .unpack(spec.shard(), spec.shard().getFileName().toString(), folders.payload());
        }
    }

    /// Copies plain files; what a job would not take along is left out.
    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> !from.relativize(file).toString().contains("__pycache__"))
                    .toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString()).normalize();
            Files.createDirectories(target.resolveSibling("."));
            Files.copy(file, target);
        }
    }
}
