package dev.roundelay.kernel.assignment;

import dev.roundelay.kernel.Ids;
import java.time.Instant;
import java.util.random.RandomGenerator;

/// The id of an assignment, `asg_…`; each attempt has its own.
public record AssignmentId(String value) implements Comparable<AssignmentId> {
    /// Makes a new id.
    public static AssignmentId create(Instant now, RandomGenerator random) {
        return new AssignmentId(Ids.create("asg_", now, random));
    }

    @Override
    public int compareTo(AssignmentId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
