package dev.roundelay.server.jobs;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.NvflareCode;
import dev.roundelay.contract.job.Slug;
import dev.roundelay.federation.strategy.StrategyCatalogue;
import dev.roundelay.federation.strategy.StrategyDefinition;
import dev.roundelay.kernel.journal.MetricNames;
import dev.roundelay.tensors.quantization.Quantization;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Checks of a specification that need nothing but the specification. All problems are reported at once.
public final class SpecCheck {
    private static final int MAX_NAME = 200;
    private static final int MAX_SLUG_BYTES = 240;
    private static final int MAX_ROUNDS = 100_000;
    private static final int MAX_ARGS_BYTES = 64 * 1024;
    private static final Pattern IDENTIFIER = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
    private static final Pattern MODULE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");

    private final List<Problem> problems = new ArrayList<>();

    private SpecCheck() {}

    /// One thing that is wrong.
    ///
    /// @param message `[field] what; what to do`
    public record Problem(ErrorCode code, String message) {}

    /// Returns what is wrong with a specification; empty when nothing is.
    public static List<Problem> problems(JobSpec spec) {
        SpecCheck check = new SpecCheck();
        check.names(spec);
        check.inputs(spec);
        check.model(spec.model());
        check.training(spec.training());
        check.federation(spec.federation());
        check.corrected(spec);
        check.simulation(spec);
        check.selection(spec.selection());
        check.limits(spec.limits());
        return List.copyOf(check.problems);
    }

    private void names(JobSpec spec) {
        String name = spec.name();
        require(!name.isBlank(), "name", "is empty", "give the job a name");
        require(
                name.length() <= MAX_NAME,
                "name",
                "has %d characters".formatted(name.length()),
                "use at most " + MAX_NAME);
        require(name.chars().noneMatch(Character::isISOControl), "name", "holds control characters", "remove them");
        require(
                Slug.of(name).getBytes(StandardCharsets.UTF_8).length <= MAX_SLUG_BYTES,
                "name",
                "makes a folder name of more than %d bytes".formatted(MAX_SLUG_BYTES),
                "use a shorter name");
        require(
                spec.priority() >= -1000 && spec.priority() <= 1000,
                "priority",
                "is " + spec.priority(),
                "use -1000 to 1000");
    }

    private void inputs(JobSpec spec) {
        require(!spec.scripts().isBlank(), "scripts", "is missing", "name the prefix that holds model_def.py");
        require(
                (spec.shards() == null) != (spec.dataset() == null),
                "shards",
                spec.shards() == null ? "is missing" : "and dataset are both given",
                "give either the prefix of the shards or the name of a dataset");
        key("scripts", spec.scripts());
        key("assets", spec.assets());
        key("requirements", spec.requirements());
        key("shards", spec.shards());
        key("checkpoint", spec.checkpoint());
    }

    private void key(String field, @Nullable String key) {
        if (key != null
                && (key.contains("..") && List.of(key.split("/", -1)).contains("..") || key.indexOf('\0') >= 0)) {
            problem(ErrorCode.INVALID_KEY, field, "is no plain key", "use a relative key without ..");
        }
    }

    private void model(JobSpec.Model model) {
        require(MODULE.matcher(model.module()).matches(), "model.module", "is no module name", "use model_def");
        String className = model.className();
        if (className != null && !className.isEmpty()) {
            require(
                    IDENTIFIER.matcher(className).matches(),
                    "model.class",
                    "is no class name",
                    "name a class of the module");
        }
        require(IDENTIFIER.matcher(model.trainFn()).matches(), "model.trainFn", "is no function name", "use fl_train");
        require(
                IDENTIFIER.matcher(model.validateFn()).matches(),
                "model.validateFn",
                "is no function name",
                "use fl_validate");
        small("model.args", model.args());
        if (model.nvflare() != null) {
            nvflare(model.nvflare());
        }
    }

    private void nvflare(NvflareCode code) {
        for (NvflareClasses.Refusal refusal : NvflareClasses.refused(code)) {
            problem(
                    ErrorCode.UNSUPPORTED_WORKFLOW,
                    "model.nvflare." + refusal.field(),
                    "'%s' is not run here".formatted(refusal.what()),
                    "supported: " + refusal.supported());
        }
        Stream.of(code.executor(), code.persistor())
                .flatMap(Stream::ofNullable)
                .forEach(component -> small("model.nvflare", component.args()));
        Stream.of(code.dataFilters(), code.resultFilters())
                .flatMap(List::stream)
                .forEach(filter -> small("model.nvflare", filter.args()));
    }

    private void training(JobSpec.Training training) {
        require(training.localEpochs() >= 0, "training.localEpochs", "is negative", "use 0 or more");
        require(training.batchSize() >= 1, "training.batchSize", "is below 1", "use 1 or more");
        require(
                Double.isFinite(training.learningRate()) && training.learningRate() >= 0,
                "training.learningRate",
                "is " + training.learningRate(),
                "use a finite number, 0 or more");
        small("training.extra", training.extra());
    }

    private void small(String field, Map<String, Object> values) {
        require(
                values.toString().length() <= MAX_ARGS_BYTES,
                field,
                "is larger than 64 KiB",
                "put large values into a file of the scripts or assets folder");
    }

    private void federation(JobSpec.Federation federation) {
        require(
                federation.rounds() >= 1 && federation.rounds() <= MAX_ROUNDS,
                "federation.rounds",
                "is " + federation.rounds(),
                "use 1 to " + MAX_ROUNDS);
        Integer minClients = federation.minClients();
        require(minClients == null || minClients >= 1, "federation.minClients", "is below 1", "use 1 or more");
        notNegative("federation.waitAfterMinSeconds", federation.waitAfterMinSeconds());
        require(federation.checkpointEvery() >= 0, "federation.checkpointEvery", "is negative", "use 0 or more");
        require(
                Set.of("fail", "continue").contains(federation.onSiteError()),
                "federation.onSiteError",
                "is " + federation.onSiteError(),
                "use fail or continue");
        strategy(federation);
        String quantization = federation.quantization();
        require(
                quantization == null || Quantization.names().contains(quantization),
                "federation.quantization",
                quantization + " is not known",
                "use one of " + String.join(", ", Quantization.names()));
        select(federation.select());
        sample(federation.sample());
        JobSpec.Simulation simulation = federation.simulation();
        require(
                simulation == null || simulation.slots() >= 1,
                "federation.simulation.slots",
                "is missing or below 1",
                "say how many slots are to work through all shards");
    }

    // A slot's one Python process plays many sites in turn.
    private void simulation(JobSpec spec) {
        if (spec.federation().simulation() == null) {
            return;
        }
        require(
                spec.dataset() == null,
                "federation.simulation",
                "needs shards, and the data are a dataset of the workers'",
                "upload one zip for each site, or leave simulation out");
        require(
                spec.model().nvflare() == null,
                "federation.simulation",
                "cannot play several sites with NVFlare classes, which keep what is one site's",
                "use fl_train, or leave simulation out");
    }

    private void strategy(JobSpec.Federation federation) {
        JobSpec.Strategy asked = federation.strategy();
        Optional<StrategyDefinition> found = StrategyCatalogue.find(asked.name());
        if (found.isEmpty()) {
            problem(
                    ErrorCode.UNKNOWN_STRATEGY,
                    "federation.strategy.name",
                    asked.name() + " is not known",
                    "use one of "
                            + String.join(
                                    ", ",
                                    StrategyCatalogue.all().stream()
                                            .map(StrategyDefinition::name)
                                            .toList()));
            return;
        }
        List<String> wrong = found.get().problems(asked.args());
        wrong.forEach(what ->
                problems.add(new Problem(ErrorCode.INVALID_REQUEST, "[federation.strategy.args." + bracketed(what))));
        int needed = wrong.isEmpty() ? found.get().neededUpdates(asked.args()) : 1;
        if (needed > 1) {
            enoughUpdates(federation, needed);
        }
    }

    // NVFlare's executors bring their own training loop: nothing hands them what our strategies put into `env`.
    private void corrected(JobSpec spec) {
        NvflareCode code = spec.model().nvflare();
        require(
                code == null
                        || code.executor() == null
                        || !StrategyCatalogue.corrects(
                                spec.federation().strategy().name()),
                "federation.strategy.name",
                spec.federation().strategy().name() + " corrects gradients in fl_train, and the job has an executor",
                "use fl_train, or another strategy");
    }

    // `name: what; what to do` -> `name] what; what to do`
    private static String bracketed(String problem) {
        return problem.replaceFirst(": ", "] ");
    }

    // A round of all shards is checked when their number is known.
    private void enoughUpdates(JobSpec.Federation federation, int needed) {
        String name = federation.strategy().name();
        Integer minClients = federation.minClients();
        require(
                minClients == null || minClients >= needed,
                "federation.minClients",
                "is %s, and %s needs %d updates a round".formatted(minClients, name, needed),
                "use %d or more, or a smaller byzantine".formatted(needed));
        JobSpec.Sample sample = federation.sample();
        Integer count = sample == null ? null : sample.count();
        require(
                count == null || count >= needed,
                "federation.sample.count",
                "is %s, and %s needs %d updates a round".formatted(count, name, needed),
                "use %d or more, or a smaller byzantine".formatted(needed));
    }

    private void select(JobSpec.@Nullable Select select) {
        if (select == null) {
            return;
        }
        // JSON leaves an absent part null whatever its type says.
        require(
                MetricNames.isValid(Objects.toString(select.metric(), "")),
                "federation.select.metric",
                "'" + select.metric() + "' is no name of a metric",
                "name a metric that fl_train or fl_validate returns");
        require(
                Set.of("max", "min").contains(Objects.toString(select.mode(), "")),
                "federation.select.mode",
                "is " + select.mode(),
                "use max or min");
        Integer patience = select.patience();
        require(patience == null || patience >= 1, "federation.select.patience", "is below 1", "use 1 or more");
    }

    private void sample(JobSpec.@Nullable Sample sample) {
        if (sample == null) {
            return;
        }
        Double fraction = sample.fraction();
        Integer count = sample.count();
        require(
                (fraction == null) != (count == null),
                "federation.sample",
                "must hold either fraction or count",
                "give one of them");
        require(
                fraction == null || (fraction > 0 && fraction <= 1),
                "federation.sample.fraction",
                "is " + fraction,
                "use more than 0 and at most 1");
        require(count == null || count >= 1, "federation.sample.count", "is below 1", "use 1 or more");
    }

    private void selection(JobSpec.@Nullable Selection selection) {
        if (selection == null) {
            return;
        }
        List<String> ids = selection.workerIds();
        JobSpec.Auto auto = selection.auto();
        require(
                (ids == null) != (auto == null),
                "selection",
                "must hold either workerIds or auto",
                "name workers, or let the server choose");
        if (ids != null && new HashSet<>(ids).size() != ids.size()) {
            problem(ErrorCode.DUPLICATE_WORKER, "selection.workerIds", "names a worker twice", "name each worker once");
        }
        if (auto != null) {
            Integer price = auto.maxPricePerGpuHourCents();
            require(
                    price == null || price >= 0,
                    "selection.auto.maxPricePerGpuHourCents",
                    "is negative",
                    "use 0 or more");
            Long memory = auto.estimatedMemoryMb();
            require(memory == null || memory >= 0, "selection.auto.estimatedMemoryMb", "is negative", "use 0 or more");
            List<String> models = auto.gpuModels();
            require(
                    models == null || !models.isEmpty(),
                    "selection.auto.gpuModels",
                    "is an empty list",
                    "name models of GET /api/v1/gpu-catalog, or leave it out");
        }
    }

    private void limits(JobSpec.Limits limits) {
        positive("limits.queueTimeoutSeconds", limits.queueTimeoutSeconds());
        positive("limits.prepareTimeoutSeconds", limits.prepareTimeoutSeconds());
        positive("limits.recoveryTimeoutSeconds", limits.recoveryTimeoutSeconds());
        positive("limits.roundTimeoutSeconds", limits.roundTimeoutSeconds());
        positive("limits.maxDurationSeconds", limits.maxDurationSeconds());
        require(
                limits.maxAttempts() >= 1 && limits.maxAttempts() <= 100,
                "limits.maxAttempts",
                "is " + limits.maxAttempts(),
                "use 1 to 100");
    }

    private void positive(String field, @Nullable Double seconds) {
        require(
                seconds == null || Double.isFinite(seconds) && seconds > 0 && seconds <= 31_536_000,
                field,
                "is " + seconds,
                "use more than 0 and at most a year");
    }

    private void notNegative(String field, double seconds) {
        require(
                Double.isFinite(seconds) && seconds >= 0 && seconds <= 31_536_000,
                field,
                "is " + seconds,
                "use 0 or more");
    }

    private void require(boolean condition, String field, String what, String remedy) {
        if (!condition) {
            problem(ErrorCode.INVALID_REQUEST, field, what, remedy);
        }
    }

    private void problem(ErrorCode code, String field, String what, String remedy) {
        problems.add(new Problem(code, "[%s] %s; %s".formatted(field, what, remedy)));
    }
}
