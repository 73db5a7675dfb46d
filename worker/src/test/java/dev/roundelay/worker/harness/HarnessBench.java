package dev.roundelay.worker.harness;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxConfig;
import dev.roundelay.worker.sandbox.SandboxLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// One harness on the bench of a test: a module's source in, steps and everything heard out.
public final class HarnessBench implements AutoCloseable, HarnessListener {
    private final Path root;
    private final ProcessLauncher launcher = new ProcessLauncher();
    private final JobFolders folders;
    private @Nullable Path python;
    private boolean isolated = true;
    private boolean cgroups = true;
    private @Nullable String className = "Net";
    private Map<String, Object> args = Map.of();
    private Map<String, Object> extra = Map.of();
    private boolean corrected;
    private String device = "cpu";
    private SandboxLimits limits = SandboxLimits.ofMemory(4L << 30);
    private @Nullable HarnessProcess process;

    /// Lines heard, as `level round message`.
    public final List<String> lines = new CopyOnWriteArrayList<>();
    /// Metrics heard, as `name round step value`.
    public final List<String> metrics = new CopyOnWriteArrayList<>();
    /// Codes of warnings heard.
    public final List<String> warnings = new CopyOnWriteArrayList<>();

    public HarnessBench(Path root) throws IOException {
        this.root = root;
        this.folders = new JobFolders(root.resolve("job")).create();
    }

    public HarnessBench module(String source) throws IOException {
        Files.writeString(folders.scripts().resolve("model_def.py"), source);
        return this;
    }

    public HarnessBench python(Path path) {
        python = path;
        return this;
    }

    public HarnessBench withoutIsolation() {
        isolated = false;
        return this;
    }

    public HarnessBench withoutCgroups() {
        cgroups = false;
        return this;
    }

    public HarnessBench olderForm() {
        className = null;
        return this;
    }

    public HarnessBench modelClass(String name, Map<String, Object> arguments) {
        className = name;
        args = arguments;
        return this;
    }

    public HarnessBench extra(Map<String, Object> entries) {
        extra = entries;
        return this;
    }

    public HarnessBench corrected() {
        corrected = true;
        return this;
    }

    public HarnessBench device(String name) {
        device = name;
        return this;
    }

    public HarnessBench limits(SandboxLimits chosen) {
        limits = chosen;
        return this;
    }

    public JobFolders folders() {
        return folders;
    }

    public HarnessProcess start() throws IOException {
        Path scratch = root.resolve("scratch");
        SandboxConfig sandbox = isolated ? SandboxConfig.bubblewrap(scratch) : SandboxConfig.none(scratch);
        sandbox = new SandboxConfig(
                sandbox.isolation(), sandbox.bubblewrap(), sandbox.firstUid(), sandbox.scratch(), cgroups);
        Path program = HarnessProgram.unpack(root.resolve("harness"));
        HarnessJob job = new HarnessJob(
                "job_1",
                "site-2",
                1,
                3,
                7,
                new JobSpec.Model("model_def", className, args, "fl_train", "fl_validate"),
                new JobSpec.Training(2, 16, 0.1, extra),
                device,
                1,
                true,
                corrected,
                Map.of());
        HarnessConfig config = HarnessConfig.onCpu(
                program,
                Pythons.probe(python == null ? Pythons.current() : python).asEnvironment(),
                0,
                limits);
        process = HarnessProcess.start(
                config, job, folders, new Sandbox(sandbox, launcher), this, InstantSource.system());
        return process;
    }

    /// Starts, loads and initialises; returns model 0 as a file that `train` takes.
    public Path modelZero() throws IOException, HarnessException {
        HarnessProcess harness = start();
        harness.load();
        return publish(harness.initialise(null), 0);
    }

    /// Puts an update where a global model of that round is expected.
    public Path publish(Update update, int round) throws IOException {
        return Files.copy(update.file(), folders.models().resolve("model_" + round + ".safetensors"));
    }

    public HarnessProcess process() {
        if (process == null) {
            throw new IllegalStateException("not started");
        }
        return process;
    }

    @Override
    public void line(Instant time, String level, @Nullable Integer round, String message) {
        lines.add(level + " " + round + " " + message);
    }

    @Override
    public void metric(Instant time, String name, @Nullable Integer round, @Nullable Long step, double value) {
        metrics.add(name + " " + round + " " + step + " " + value);
    }

    @Override
    public void warning(String code, String message, @Nullable Integer round) {
        warnings.add(code);
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
            process.ended().join();
        }
        launcher.close();
    }
}
