package dev.roundelay.server.store;

import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.UserId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is kept of a submit beside the job.
///
/// @param key          idempotency key; null for none
/// @param requirements requirement lines, checked
/// @param inputs       ETag by key of what the job lets go when it ends: shards and warm start
/// @param originModel  number of the parent's global model from which the job goes on; null for a fresh start
/// @param warnings     sentences for the job page
public record Submission(
        JobId job,
        UserId owner,
        @Nullable String key,
        List<String> requirements,
        Map<String, String> inputs,
        @Nullable Integer originModel,
        List<String> warnings) {
    public Submission {
        requirements = List.copyOf(requirements);
        inputs = Map.copyOf(inputs);
        warnings = List.copyOf(warnings);
    }
}
