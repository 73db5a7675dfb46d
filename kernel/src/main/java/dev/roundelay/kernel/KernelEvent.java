package dev.roundelay.kernel;

import dev.roundelay.kernel.job.JobId;
import java.time.Instant;
import java.util.Map;

/// One entry of a job's event stream that the kernel writes; it gets its number from the job's counter, in the same
/// transaction.
///
/// @param kind  `state`, `phase` or `worker`
/// @param facts by name, all text
public record KernelEvent(JobId jobId, Instant time, String kind, Map<String, String> facts) {
    public KernelEvent {
        facts = Map.copyOf(facts);
    }
}
