package dev.roundelay.kernel.worker;

import dev.roundelay.kernel.Ids;
import java.time.Instant;
import java.util.random.RandomGenerator;

/// The id of a worker, `wrk_…`.
public record WorkerId(String value) implements Comparable<WorkerId> {
    /// Makes a new id.
    public static WorkerId create(Instant now, RandomGenerator random) {
        return new WorkerId(Ids.create("wrk_", now, random));
    }

    @Override
    public int compareTo(WorkerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
