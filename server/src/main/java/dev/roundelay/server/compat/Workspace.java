package dev.roundelay.server.compat;

import dev.roundelay.contract.job.JobSpec;
import java.util.List;

/// What a prepared workspace in NVFlare's form asks for, in our own words.
///
/// @param model      the user's code
/// @param training   what `env` carries
/// @param federation how the rounds run
/// @param warnings   what was understood but is not done here, as sentences for the job page
public record Workspace(
        JobSpec.Model model, JobSpec.Training training, JobSpec.Federation federation, List<String> warnings) {
    public Workspace {
        warnings = List.copyOf(warnings);
    }
}
