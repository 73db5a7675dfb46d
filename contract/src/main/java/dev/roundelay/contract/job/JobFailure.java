package dev.roundelay.contract.job;

import dev.roundelay.contract.FailureCategory;
import dev.roundelay.contract.FailureReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a job failed, with what to do and the lines that prove it.
public record JobFailure(
        FailureReason reason,
        FailureCategory category,
        boolean retriable,
        String message,
        String remedy,
        String helpUrl,
        @Nullable String site,
        List<LogLine> logTail) {
    public JobFailure {
        logTail = List.copyOf(logTail);
    }
}
