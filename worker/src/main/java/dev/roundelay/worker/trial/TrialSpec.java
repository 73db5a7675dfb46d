package dev.roundelay.worker.trial;

import dev.roundelay.contract.job.JobSpec;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is tried.
///
/// @param code         `model_def.py` under any name, or a folder that holds it
/// @param shard        a zip, or a folder as it will be unpacked
/// @param assets       files and folders at `env["ASSETS"]`
/// @param requirements requirement lines, checked
/// @param checkpoint   warm start; null for none
record TrialSpec(
        Path code,
        Path shard,
        List<Path> assets,
        List<String> requirements,
        @Nullable Path checkpoint,
        JobSpec.Model model,
        JobSpec.Training training,
        long seed) {
    TrialSpec {
        assets = List.copyOf(assets);
        requirements = List.copyOf(requirements);
    }
}
