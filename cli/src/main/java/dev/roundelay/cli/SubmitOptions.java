package dev.roundelay.cli;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Values;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a job is made of, as options.
final class SubmitOptions {
    @Option(names = "--class", paramLabel = "CLASS", description = "Class of the model; without it, the function form.")
    @Nullable
    String className;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the job (default: that of the file or folder).")
    @Nullable
    String name;

    @Option(names = "--shards", paramLabel = "DIR", description = "Folder with one *.zip for each worker.")
    @Nullable
    Path shards;

    @Option(names = "--dataset", paramLabel = "NAME", description = "A dataset that workers hold, instead of shards.")
    @Nullable
    String dataset;

    @Option(names = "--requirements", paramLabel = "FILE", description = "requirements.txt (default: torch and numpy).")
    @Nullable
    Path requirements;

    @Option(names = "--checkpoint", paramLabel = "FILE", description = "state_dict to start from.")
    @Nullable
    Path checkpoint;

    @Option(names = "--asset", paramLabel = "PATH", description = "File or folder at env[\"ASSETS\"]; repeatable.")
    List<Path> assets = new ArrayList<>();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Default: 5.")
    int rounds;

    @Option(names = "--min-clients", paramLabel = "N", description = "Default: all shards.")
    @Nullable
    Integer minClients;

    @Option(
            names = "--slots",
            paramLabel = "N",
            description = "Simulate: so many slots play all sites in turn. Default: a worker's slot for each site.")
    @Nullable
    Integer slots;

    @Option(
            names = "--sample",
            paramLabel = "X",
            description = "A round asks this part of the sites (0 to 1) or so many (2 and more). Default: all.")
    @Nullable
    Double sample;

    @Option(names = "--strategy", paramLabel = "NAME", defaultValue = "fed_avg", description = "Default: fed_avg.")
    String strategy = "fed_avg";

    @Option(names = "--strategy-arg", paramLabel = "NAME=VALUE", description = "Argument of the strategy; repeatable.")
    Map<String, String> strategyArgs = new LinkedHashMap<>();

    @Option(
            names = "--quantization",
            paramLabel = "ENCODING",
            description =
                    "How weights travel: float16, bfloat16, blockwise8, float4, normfloat4 or adaquant. Default: as they are.")
    @Nullable
    String quantization;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Default: 0.")
    long seed;

    @Option(names = "--local-epochs", paramLabel = "N", defaultValue = "1", description = "Default: 1.")
    int localEpochs;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32", description = "Default: 32.")
    int batchSize;

    @Option(names = "--learning-rate", paramLabel = "X", defaultValue = "0.001", description = "Default: 0.001.")
    double learningRate;

    @Option(names = "--extra", paramLabel = "NAME=VALUE", description = "Further entry of env; repeatable.")
    Map<String, String> extra = new LinkedHashMap<>();

    @Option(names = "--model-arg", paramLabel = "NAME=VALUE", description = "Argument of the class; repeatable.")
    Map<String, String> modelArgs = new LinkedHashMap<>();

    @Option(names = "--worker-ids", split = ",", paramLabel = "ID", description = "Exactly these workers.")
    List<String> workerIds = new ArrayList<>();

    @Option(
            names = "--gpu-models",
            split = ",",
            paramLabel = "ID",
            description = "In order of preference; cpu without GPU.")
    List<String> gpuModels = new ArrayList<>();

    @Option(names = "--max-price-cents", paramLabel = "N", description = "Ceiling for one GPU and hour.")
    @Nullable
    Integer maxPriceCents;

    @Option(names = "--memory-mb", paramLabel = "N", description = "Free memory that a site needs.")
    @Nullable
    Long memoryMb;

    @Option(names = "--only-mine", description = "No shared workers.")
    boolean onlyMine;

    @Option(
            names = "--on-site-error",
            paramLabel = "fail|continue",
            defaultValue = "fail",
            description = "Default: fail.")
    String onSiteError = "fail";

    @Option(names = "--priority", paramLabel = "N", defaultValue = "0", description = "Larger goes first.")
    int priority;

    JobSpec.Model model() {
        return new JobSpec.Model("model_def", className, Values.of(modelArgs), "fl_train", "fl_validate");
    }

    JobSpec.Training training() {
        return new JobSpec.Training(localEpochs, batchSize, learningRate, Values.of(extra));
    }

    JobSpec.Federation federation() {
        return new JobSpec.Federation(
                rounds,
                minClients,
                10.0,
                new JobSpec.Strategy(strategy, Values.of(strategyArgs)),
                quantization,
                seed,
                null,
                0,
                onSiteError,
                sample(),
                slots == null ? null : new JobSpec.Simulation(slots, null));
    }

    private JobSpec.@Nullable Sample sample() {
        if (sample == null) {
            return null;
        }
        return sample <= 1 ? new JobSpec.Sample(sample, null) : new JobSpec.Sample(null, (int) Math.round(sample));
    }

    JobSpec.Selection selection() {
        if (!workerIds.isEmpty()) {
            return new JobSpec.Selection(List.copyOf(workerIds), null);
        }
        return new JobSpec.Selection(
                null,
                new JobSpec.Auto(
                        gpuModels.isEmpty() ? null : List.copyOf(gpuModels),
                        maxPriceCents,
                        memoryMb,
                        onlyMine ? true : null));
    }
}
