package dev.roundelay.contract.worker;

import dev.roundelay.contract.FailureReason;
import org.jspecify.annotations.Nullable;

/// What a harness or agent says went wrong.
///
/// @param message `[where] what; what to do`
/// @param detail  traceback or the last lines of a tool
/// @param loss    the harness was killed from outside: the shard is lost, not failed
public record FailureReport(
        FailureReason reason,
        String message,
        @Nullable String detail,
        @Nullable Integer round,
        boolean loss) {}
