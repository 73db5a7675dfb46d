package dev.roundelay.worker.trial;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Values;
import dev.roundelay.contract.requirement.Requirement;
import dev.roundelay.contract.requirement.RequirementException;
import dev.roundelay.contract.requirement.Requirements;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.worker.config.EnvironmentDefaults;
import dev.roundelay.worker.config.Logging;
import dev.roundelay.worker.config.PythonPath;
import dev.roundelay.worker.environment.EnvironmentConfig;
import dev.roundelay.worker.environment.EnvironmentStore;
import dev.roundelay.worker.environment.Interpreter;
import dev.roundelay.worker.environment.PackageIndex;
import dev.roundelay.worker.harness.HarnessProgram;
import dev.roundelay.worker.harness.JobFolders;
import dev.roundelay.worker.run.Trees;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxConfig;
import dev.roundelay.worker.sandbox.SandboxLimits;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `roundelay try`. Exit codes: 0 it would train, 1 this machine cannot try, 2 wrong options, 10 a job would fail.
@Command(
        name = "roundelay try",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs one round and its validation on this machine as a worker would, without a server.")
public final class Main implements Callable<Integer> {
    private static final int MACHINE = 1;
    private static final int OPTIONS = 2;
    private static final int WOULD_FAIL = 10;
    private static final double SHARE_OF_MEMORY = 0.9;
    private static final String SCRATCH = "trial-";
    /// Longer than any trial: one round.
    private static final Duration TRIAL_LIFE = Duration.ofDays(7);

    @Parameters(paramLabel = "FILE|FOLDER", description = "model_def.py, or a folder with it.")
    private Path code = Path.of("model_def.py");

    @Option(names = "--shard", required = true, paramLabel = "ZIP|FOLDER", description = "The data of one site.")
    private Path shard = Path.of("shard.zip");

    @Option(names = "--class", paramLabel = "CLASS", description = "Class of the model; without it, the function form.")
    private @Nullable String className;

    @Option(names = "--requirements", paramLabel = "FILE", description = "requirements.txt (default: torch and numpy).")
    private @Nullable Path requirements;

    @Option(names = "--checkpoint", paramLabel = "FILE", description = "state_dict to start from.")
    private @Nullable Path checkpoint;

    @Option(names = "--asset", paramLabel = "PATH", description = "File or folder at env[\"ASSETS\"]; repeatable.")
    private List<Path> assets = new ArrayList<>();

    @Option(names = "--local-epochs", paramLabel = "N", defaultValue = "1", description = "Default: 1.")
    private int localEpochs;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32", description = "Default: 32.")
    private int batchSize;

    @Option(names = "--learning-rate", paramLabel = "X", defaultValue = "0.001", description = "Default: 0.001.")
    private double learningRate;

    @Option(names = "--extra", paramLabel = "NAME=VALUE", description = "Further entry of env; repeatable.")
    private Map<String, String> extra = new LinkedHashMap<>();

    @Option(names = "--model-arg", paramLabel = "NAME=VALUE", description = "Argument of the class; repeatable.")
    private Map<String, String> modelArgs = new LinkedHashMap<>();

    @Option(names = "--train-fn", paramLabel = "NAME", defaultValue = "fl_train", description = "Default: fl_train.")
    private String trainFn = "fl_train";

    @Option(
            names = "--validate-fn",
            paramLabel = "NAME",
            defaultValue = "fl_validate",
            description = "Default: fl_validate.")
    private String validateFn = "fl_validate";

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Default: 0.")
    private long seed;

    @Option(names = "--python", paramLabel = "PATH", description = "Interpreter to build on (default: python3).")
    private @Nullable String python;

    @Option(
            names = "--memory-mb",
            paramLabel = "N",
            description = "Memory of the site (default: most of this machine's).")
    private @Nullable Long memoryMb;

    @Option(
            names = "--isolation",
            paramLabel = "KIND",
            defaultValue = "bubblewrap",
            description = "bubblewrap or none.")
    private String isolation = "bubblewrap";

    @Option(names = "--cache-dir", paramLabel = "DIR", description = "Where environments are kept between trials.")
    private @Nullable Path cacheDir;

    @Option(names = "--json", description = "Print the result as JSON, all else on standard error.")
    private boolean json;

    /// Starts the program.
    public static void main(String[] args) {
        Logging.toStandardError();
        System.exit(new CommandLine(new Main())
                .setDefaultValueProvider(new EnvironmentDefaults(System.getenv()))
                .execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            TrialSpec spec = spec();
            TrialResult result = run(spec);
            show(result);
            return result.ok() ? 0 : WOULD_FAIL;
        } catch (IllegalArgumentException | RequirementException e) {
            System.err.println(e.getMessage());
            return OPTIONS;
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return MACHINE;
        }
    }

    private TrialSpec spec() throws IOException {
        requireThere(code, "FILE|FOLDER");
        requireThere(shard, "--shard");
        for (Path asset : assets) {
            requireThere(asset, "--asset");
        }
        if (checkpoint != null) {
            requireThere(checkpoint, "--checkpoint");
        }
        if (!isolation.equals("bubblewrap") && !isolation.equals("none")) {
            throw new IllegalArgumentException(
                    "[--isolation] \"" + isolation + "\" is not known; use bubblewrap or none");
        }
        List<String> lines = requirements == null ? List.of("torch", "numpy") : Files.readAllLines(requirements);
        return new TrialSpec(
                code,
                shard,
                assets,
                Requirements.parse(lines).stream().map(Requirement::toString).toList(),
                checkpoint,
                new JobSpec.Model("model_def", className, Values.of(modelArgs), trainFn, validateFn),
                new JobSpec.Training(localEpochs, batchSize, learningRate, Values.of(extra)),
                seed);
    }

    private static void requireThere(Path path, String option) {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException("[" + option + "] there is no " + path + "; check the path");
        }
    }

    private TrialResult run(TrialSpec spec) throws IOException, InterruptedException {
        Path cache = cacheDir == null ? Path.of(System.getProperty("user.home"), ".cache/roundelay/try") : cacheDir;
        Path base = cache.toAbsolutePath();
        Files.createDirectories(
                base, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        removeLeftovers(base);
        Path scratch = Files.createTempDirectory(base, SCRATCH);
        try (ProcessLauncher launcher = new ProcessLauncher()) {
            Path sandboxes = Files.createDirectory(scratch.resolve("sandboxes"));
            Sandbox sandbox = new Sandbox(
                    isolation.equals("none") ? SandboxConfig.none(sandboxes) : SandboxConfig.bubblewrap(sandboxes),
                    launcher);
            var problem = sandbox.findProblem();
            if (problem.isPresent()) {
                throw new IOException(problem.get());
            }
            Path interpreter = PythonPath.find(python, System.getenv().getOrDefault("PATH", ""))
                    .orElseThrow(() -> new IllegalArgumentException(
                            "[--python] there is no such interpreter, and no python3 in the PATH; give its path"));
            EnvironmentStore environments = new EnvironmentStore(
                    EnvironmentConfig.withDefaults(base, PackageIndex.standard()),
                    Interpreter.probe(interpreter, launcher),
                    sandbox,
                    InstantSource.system());
            environments.start();
            Trial.Tools tools = new Trial.Tools(
                    HarnessProgram.unpack(scratch.resolve("harness")),
                    environments,
                    sandbox,
                    SandboxLimits.ofMemory(memoryMb == null ? mostOfMemory() : memoryMb << 20),
                    InstantSource.system());
            return new Trial(spec, tools, new JobFolders(scratch.resolve("job")), new Console(progress())).run();
        } finally {
            Trees.remove(scratch);
        }
    }

    /// Removes what trials left that were broken off.
    private static void removeLeftovers(Path base) throws IOException {
        Instant before = Instant.now().minus(TRIAL_LIFE);
        try (DirectoryStream<Path> trials = Files.newDirectoryStream(base, SCRATCH + "*")) {
            for (Path trial : trials) {
                if (Files.getLastModifiedTime(trial, LinkOption.NOFOLLOW_LINKS)
                        .toInstant()
                        .isBefore(before)) {
                    Trees.remove(trial);
                }
            }
        }
    }

    private PrintStream progress() {
        return json ? System.err : System.out;
    }

    private static long mostOfMemory() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith("MemTotal:")) {
                return (long) (Long.parseLong(line.replaceAll("\\D", "")) * 1024 * SHARE_OF_MEMORY);
            }
        }
        throw new IOException("[--memory-mb] this machine does not say how much memory it has; give the option");
    }

    private void show(TrialResult result) throws JsonProcessingException {
        if (json) {
            System.out.println(Json.strict().writeValueAsString(result));
            return;
        }
        FailureReport failure = result.failure();
        if (failure == null) {
            System.out.println("trained on " + result.samples() + " samples in %.2f s; ".formatted(result.seconds())
                    + "update of " + result.modelBytes() + " bytes");
            System.out.println("training metrics    " + result.training());
            System.out.println("validation metrics  " + result.validation());
            System.out.println("files               " + result.files());
            System.out.println("this would train: submit it with `roundelay submit " + code + "`");
        } else {
            System.out.println("this would fail: " + failure.reason());
            System.out.println(failure.message());
            if (failure.detail() != null) {
                System.out.println(failure.detail().stripTrailing());
            }
            System.out.println("what to do: " + failure.reason().remedy());
        }
    }
}
