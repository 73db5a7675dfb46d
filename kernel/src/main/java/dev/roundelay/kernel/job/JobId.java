package dev.roundelay.kernel.job;

import dev.roundelay.kernel.Ids;
import java.time.Instant;
import java.util.random.RandomGenerator;

/// The id of a job, `job_…`; sorts by the time of its making.
public record JobId(String value) implements Comparable<JobId> {
    /// Makes a new id.
    public static JobId create(Instant now, RandomGenerator random) {
        return new JobId(Ids.create("job_", now, random));
    }

    @Override
    public int compareTo(JobId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
