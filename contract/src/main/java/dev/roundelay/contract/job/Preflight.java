package dev.roundelay.contract.job;

import java.util.List;

/// The answer to `POST /jobs/preflight`.
public record Preflight(boolean ok, int shards, List<Finding> problems, List<Finding> warnings) {
    public Preflight {
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
    }

    /// One thing that is wrong or doubtful.
    public record Finding(String code, String message, String hint) {}
}
