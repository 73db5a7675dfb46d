package dev.roundelay.worker.sandbox;

import java.time.Duration;

/// What a sandbox uses now.
///
/// @param memoryBytes proportional set sizes of its processes plus what its tmpfs hold beyond that; within the limit
///     perhaps more, with shared pages counted once for each process
/// @param processes   processes and threads
/// @param diskBytes   the fullest writable mount
/// @param cpu         processor time of the processes that are alive
public record Usage(long memoryBytes, int processes, long diskBytes, Duration cpu) {
    /// Nothing.
    public static final Usage NONE = new Usage(0, 0, 0, Duration.ZERO);
}
