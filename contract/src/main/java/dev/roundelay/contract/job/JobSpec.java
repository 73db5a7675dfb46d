package dev.roundelay.contract.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a user asks for: the body of `POST /api/v1/jobs`. Absent parts take the defaults named here.
///
/// Only shapes and defaults live here; the server's submit checks the values and says what is wrong by field name.
///
/// @param name         shown to people; its slug names the folder `jobs/<slug>/`
/// @param scripts      prefix with `model_def.py`; more modules may lie beside it
/// @param assets       prefix of read-only files, seen by the code at `env["ASSETS"]`
/// @param requirements key of a requirements.txt
/// @param shards       prefix with the shard zips; this or `dataset`
/// @param dataset      a dataset name that workers offer
/// @param checkpoint   key of a warm-start checkpoint
/// @param priority     larger goes first among one user's jobs
public record JobSpec(
        String name,
        String scripts,
        @Nullable String assets,
        @Nullable String requirements,
        @Nullable String shards,
        @Nullable String dataset,
        @Nullable String checkpoint,
        Model model,
        Training training,
        Federation federation,
        @Nullable Selection selection,
        Limits limits,
        Integer priority) {

    public JobSpec {
        name = or(name, "");
        scripts = or(scripts, "");
        model = or(model, Model.defaults());
        training = or(training, Training.defaults());
        federation = or(federation, Federation.defaults());
        limits = or(limits, Limits.defaults());
        priority = or(priority, 0);
    }

    /// The user's code.
    ///
    /// @param module     module name, default `model_def`
    /// @param className  class to build; on the wire `class`; null or empty for the older function form
    /// @param args       keyword arguments of the class
    /// @param trainFn    default `fl_train`
    /// @param validateFn default `fl_validate`
    /// @param nvflare    classes that the real `nvflare` package runs; null for none
    public record Model(
            String module,
            @JsonProperty("class") @Nullable String className,
            Map<String, Object> args,
            String trainFn,
            String validateFn,
            @Nullable NvflareCode nvflare) {
        @JsonCreator
        public Model {
            module = or(module, "model_def");
            args = or(args, Map.of());
            trainFn = or(trainFn, "fl_train");
            validateFn = or(validateFn, "fl_validate");
        }

        /// Makes a model without NVFlare classes.
        public Model(
                String module,
                @Nullable String className,
                Map<String, Object> args,
                String trainFn,
                String validateFn) {
            this(module, className, args, trainFn, validateFn, null);
        }

        /// Tells whether `nvflare` itself must be importable where the job runs.
        @JsonIgnore
        public boolean needsNvflare() {
            return nvflare != null;
        }

        /// Returns the older function form with the default names.
        public static Model defaults() {
            return new Model("model_def", null, Map.of(), "fl_train", "fl_validate");
        }
    }

    /// What `env` of the training function carries.
    ///
    /// @param localEpochs  default 1
    /// @param batchSize    default 32
    /// @param learningRate default 1e-3
    /// @param extra        further entries under their own names
    public record Training(Integer localEpochs, Integer batchSize, Double learningRate, Map<String, Object> extra) {
        public Training {
            localEpochs = or(localEpochs, 1);
            batchSize = or(batchSize, 32);
            learningRate = or(learningRate, 1e-3);
            extra = or(extra, Map.of());
        }

        /// Returns the defaults.
        public static Training defaults() {
            return new Training(1, 32, 1e-3, Map.of());
        }
    }

    /// How the rounds run.
    ///
    /// @param rounds              1 or more, default 5
    /// @param minClients          default: all shards
    /// @param waitAfterMinSeconds how long a round stays open after `minClients` have answered, default 10
    /// @param quantization        encoding of transferred weights
    /// @param seed                seed of the job, default 0
    /// @param select              which model is the best
    /// @param checkpointEvery     keep the model after every so many rounds; 0 keeps none
    /// @param onSiteError         `fail` (default) or `continue`
    /// @param sample              part of the shards that a round asks
    /// @param simulation          lets few slots work through all shards; null for a worker for each
    public record Federation(
            Integer rounds,
            @Nullable Integer minClients,
            Double waitAfterMinSeconds,
            Strategy strategy,
            @Nullable String quantization,
            Long seed,
            @Nullable Select select,
            Integer checkpointEvery,
            String onSiteError,
            @Nullable Sample sample,
            @Nullable Simulation simulation) {
        @JsonCreator
        public Federation {
            rounds = or(rounds, 5);
            waitAfterMinSeconds = or(waitAfterMinSeconds, 10.0);
            strategy = or(strategy, Strategy.fedAvg());
            seed = or(seed, 0L);
            checkpointEvery = or(checkpointEvery, 0);
            onSiteError = or(onSiteError, "fail");
        }

        /// Makes rounds in which each shard has a worker of its own.
        public Federation(
                Integer rounds,
                @Nullable Integer minClients,
                Double waitAfterMinSeconds,
                Strategy strategy,
                @Nullable String quantization,
                Long seed,
                @Nullable Select select,
                Integer checkpointEvery,
                String onSiteError,
                @Nullable Sample sample) {
            this(
                    rounds,
                    minClients,
                    waitAfterMinSeconds,
                    strategy,
                    quantization,
                    seed,
                    select,
                    checkpointEvery,
                    onSiteError,
                    sample,
                    null);
        }

        /// Returns the defaults.
        public static Federation defaults() {
            return ofRounds(5);
        }

        /// Returns how many slots a job of so many shards needs.
        public int slots(int shards) {
            return simulation == null ? shards : Math.min(simulation.slots(), shards);
        }

        /// Returns them with what the server has found out about a simulation; itself if there is none.
        public Federation simulating(int shards) {
            Simulation known = simulation == null ? null : new Simulation(slots(shards), shards);
            return new Federation(
                    rounds,
                    minClients,
                    waitAfterMinSeconds,
                    strategy,
                    quantization,
                    seed,
                    select,
                    checkpointEvery,
                    onSiteError,
                    sample,
                    known);
        }

        /// Returns FedAvg over all shards for so many rounds.
        public static Federation ofRounds(int rounds) {
            return new Federation(rounds, null, 10.0, Strategy.fedAvg(), null, 0L, null, 0, "fail", null);
        }
    }

    /// A strategy by name.
    public record Strategy(String name, Map<String, Object> args) {
        public Strategy {
            name = or(name, "fed_avg");
            args = or(args, Map.of());
        }

        /// Returns plain federated averaging.
        public static Strategy fedAvg() {
            return new Strategy("fed_avg", Map.of());
        }
    }

    /// Which model is kept as the best one.
    public record Select(
            String metric,
            String mode,
            @Nullable Integer patience,
            @Nullable Double target) {}

    /// The part of the shards that a round asks.
    public record Sample(
            @Nullable Double fraction, @Nullable Integer count) {}

    /// A few slots that work through all shards, each through its part of a round, one shard after the other.
    ///
    /// @param slots 1 or more
    /// @param sites number of shards; said by the server
    public record Simulation(
            @JsonProperty(required = true) Integer slots,
            @Nullable Integer sites) {
        public Simulation {
            slots = or(slots, 0);
        }
    }

    /// Which workers: named ones, or any that match.
    public record Selection(
            @Nullable List<String> workerIds, @Nullable Auto auto) {}

    /// Any workers that match.
    ///
    /// @param gpuModels                catalogue ids in order of preference; `cpu` for workers without a GPU
    /// @param maxPricePerGpuHourCents  ceiling of the price
    /// @param estimatedMemoryMb        free memory needed
    /// @param onlyMine                 no shared workers; default false
    public record Auto(
            @Nullable List<String> gpuModels,
            @Nullable Integer maxPricePerGpuHourCents,
            @Nullable Long estimatedMemoryMb,
            @Nullable Boolean onlyMine) {}

    /// The bounds of a job, in seconds; null means none.
    ///
    /// @param queueTimeoutSeconds    default 24 h
    /// @param prepareTimeoutSeconds  default 30 min
    /// @param recoveryTimeoutSeconds default 10 min
    /// @param roundTimeoutSeconds    default none
    /// @param maxDurationSeconds     default none
    /// @param maxAttempts            attempts of a shard since its last accepted step, default 3
    public record Limits(
            Double queueTimeoutSeconds,
            Double prepareTimeoutSeconds,
            Double recoveryTimeoutSeconds,
            @Nullable Double roundTimeoutSeconds,
            @Nullable Double maxDurationSeconds,
            Integer maxAttempts) {
        public Limits {
            queueTimeoutSeconds = or(queueTimeoutSeconds, 86_400.0);
            prepareTimeoutSeconds = or(prepareTimeoutSeconds, 1_800.0);
            recoveryTimeoutSeconds = or(recoveryTimeoutSeconds, 600.0);
            maxAttempts = or(maxAttempts, 3);
        }

        /// Returns the defaults.
        public static Limits defaults() {
            return new Limits(86_400.0, 1_800.0, 600.0, null, null, 3);
        }
    }

    // JSON leaves an absent part null whatever its type says; this is the one place that knows it.
    private static <T> T or(@Nullable T value, T fallback) {
        return value == null ? fallback : value;
    }
}
