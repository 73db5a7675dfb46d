package dev.roundelay.worker.harness;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Hears what a harness says while it works. Calls come from the harness's reading threads, lines in their order; an
/// implementation must be quick, since the user's code waits when a pipe is full.
public interface HarnessListener {
    /// A line that the user's code printed or logged.
    ///
    /// @param level   debug, info, warning or error
    /// @param round   the round of the step under way; null outside rounds
    /// @param message at most 16 KiB, without a line break at its end
    void line(Instant time, String level, @Nullable Integer round, String message);

    /// A live metric.
    ///
    /// @param step null if the code gave none
    void metric(Instant time, String name, @Nullable Integer round, @Nullable Long step, double value);

    /// Something went less than well without ending the job.
    ///
    /// @param code such as `weights_not_strict`
    void warning(String code, String message, @Nullable Integer round);
}
