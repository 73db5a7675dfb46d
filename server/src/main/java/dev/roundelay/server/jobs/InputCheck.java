package dev.roundelay.server.jobs;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.federation.round.Sampling;
import dev.roundelay.federation.strategy.StrategyCatalogue;
import dev.roundelay.storage.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Checks of a job's files that need no user code to run. They read the snapshot, so what is checked is what is
/// trained.
final class InputCheck {
    static final int MAX_SHARDS = 1_000;
    private static final long MAX_REQUIREMENTS_BYTES = 256 * 1024;
    private static final int MAX_SHARD_PROBLEMS = 10;

    private final BlobStore blobs;
    private final ShardCheck shardCheck;

    InputCheck(BlobStore blobs) {
        this.blobs = blobs;
        this.shardCheck = new ShardCheck(blobs);
    }

    /// Returns what is wrong with the files; empty when nothing is.
    List<SpecCheck.Problem> problems(JobSpec spec, JobInputs inputs) throws IOException {
        List<SpecCheck.Problem> problems = new ArrayList<>();
        List<String> scripts =
                inputs.scripts().stream().map(JobInputs.File::path).toList();
        modelDef(spec, scripts).ifPresent(problems::add);
        problems.addAll(nvflareModules(spec, scripts));
        missingKeys(spec, inputs, problems);
        shardCount(spec, inputs.shards().size()).ifPresent(problems::add);
        if (problems.isEmpty()) {
            shards(spec, inputs, problems);
        }
        return problems;
    }

    /// Returns what is wrong with the modules of NVFlare classes.
    ///
    /// @param scripts paths below the scripts prefix
    static List<SpecCheck.Problem> nvflareModules(JobSpec spec, Collection<String> scripts) {
        if (spec.model().nvflare() == null) {
            return List.of();
        }
        return NvflareClasses.modules(spec.model().nvflare()).stream()
                .filter(module -> !holds(scripts, module))
                .map(module -> new SpecCheck.Problem(
                        ErrorCode.UNSUPPORTED_WORKFLOW,
                        "[model.nvflare] there is no %s.py in %s, and no other classes than those of the job's scripts are run here; upload it there"
                                .formatted(module.replace('.', '/'), JobInputs.folder(spec.scripts()))))
                .toList();
    }

    private static boolean holds(Collection<String> scripts, String module) {
        String path = module.replace('.', '/');
        return scripts.contains(path + ".py") || scripts.contains(path + "/__init__.py");
    }

    /// Returns what is wrong with the modules.
    ///
    /// @param scripts paths below the scripts prefix
    static Optional<SpecCheck.Problem> modelDef(JobSpec spec, Collection<String> scripts) {
        String path = spec.model().module().replace('.', '/') + ".py";
        return holds(scripts, spec.model().module())
                ? Optional.empty()
                : Optional.of(new SpecCheck.Problem(
                        ErrorCode.MODEL_DEF_MISSING,
                        "[scripts, %s] there is no %s; upload it there"
                                .formatted(JobInputs.folder(spec.scripts()), path)));
    }

    private static void missingKeys(JobSpec spec, JobInputs inputs, List<SpecCheck.Problem> problems) {
        if (spec.requirements() != null && inputs.requirements().isEmpty()) {
            problems.add(missing("requirements", spec.requirements()));
        }
        if (spec.checkpoint() != null && inputs.checkpoint().isEmpty()) {
            problems.add(missing("checkpoint", spec.checkpoint()));
        }
    }

    static SpecCheck.Problem missing(String field, String key) {
        return new SpecCheck.Problem(
                ErrorCode.INVALID_REQUEST,
                "[%s] there is no object %s; upload it, or leave the field out".formatted(field, key));
    }

    /// Returns what is wrong with the number of shards.
    static Optional<SpecCheck.Problem> shardCount(JobSpec spec, int shards) {
        if (spec.shards() == null) {
            return Optional.empty();
        }
        if (shards == 0) {
            return Optional.of(new SpecCheck.Problem(
                    ErrorCode.SHARD_COUNT_MISMATCH,
                    "[shards, %s] there is no .zip file; upload one zip for each worker".formatted(spec.shards())));
        }
        if (shards > MAX_SHARDS) {
            return Optional.of(new SpecCheck.Problem(
                    ErrorCode.SHARD_COUNT_MISMATCH,
                    "[shards] %,d shards are more than the %,d that a job may have; put more data into each"
                            .formatted(shards, MAX_SHARDS)));
        }
        Integer minClients = spec.federation().minClients();
        if (minClients != null && minClients > shards) {
            return Optional.of(new SpecCheck.Problem(
                    ErrorCode.INVALID_REQUEST,
                    "[federation.minClients] %d is more than the %d shards; use at most %d"
                            .formatted(minClients, shards, shards)));
        }
        return tooFewForStrategy(spec, shards);
    }

    private static Optional<SpecCheck.Problem> tooFewForStrategy(JobSpec spec, int shards) {
        JobSpec.Strategy strategy = spec.federation().strategy();
        JobSpec.Sample sample = spec.federation().sample();
        int asked = sample == null ? shards : new Sampling(sample.count(), sample.fraction()).size(shards);
        return StrategyCatalogue.find(strategy.name())
                .filter(definition -> definition.problems(strategy.args()).isEmpty())
                .map(definition -> definition.neededUpdates(strategy.args()))
                .filter(needed -> needed > asked)
                .map(needed -> new SpecCheck.Problem(
                        ErrorCode.SHARD_COUNT_MISMATCH,
                        "[federation.strategy] %s needs %d updates a round, and %d of the %d shards are asked; give more shards, ask more of them, or use a smaller byzantine"
                                .formatted(strategy.name(), needed, asked, shards)));
    }

    private void shards(JobSpec spec, JobInputs inputs, List<SpecCheck.Problem> problems) throws IOException {
        for (JobInputs.File shard : inputs.shards()) {
            if (problems.size() >= MAX_SHARD_PROBLEMS) {
                return;
            }
            shardCheck
                    .problem(shard.entry())
                    .map(what -> new SpecCheck.Problem(
                            ErrorCode.SHARD_UNREADABLE, "[shards, %s] %s".formatted(shard.path(), what)))
                    .ifPresent(problems::add);
        }
    }

    /// Returns the text of the requirements file, empty if there is none.
    ///
    /// @throws RefusedException if it is no UTF-8 text of reasonable size
    String requirementsText(JobInputs inputs) throws IOException {
        Optional<JobInputs.File> file = inputs.requirements();
        if (file.isEmpty()) {
            return "";
        }
        if (file.get().entry().sizeBytes() > MAX_REQUIREMENTS_BYTES) {
            throw refused("is larger than 256 KiB; keep only what the model needs");
        }
        try (InputStream in = blobs.open(file.get().entry().blob())) {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(in.readAllBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refused("is no UTF-8 text; save it as UTF-8");
        }
    }

    private static RefusedException refused(String what) {
        return new RefusedException(new SpecCheck.Problem(ErrorCode.REQUIREMENTS_REFUSED, "[requirements] " + what));
    }
}
