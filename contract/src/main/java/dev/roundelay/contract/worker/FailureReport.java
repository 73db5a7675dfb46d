package dev.roundelay.contract.worker;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.roundelay.contract.FailureReason;
import org.jspecify.annotations.Nullable;

/// What a harness or agent says went wrong.
///
/// @param message `[where] what; what to do`
/// @param detail  traceback or the last lines of a tool
/// @param shard   which of the assignment's shards was at work, where it has several; null else
/// @param loss    the harness was killed from outside: the shard is lost, not failed
public record FailureReport(
        FailureReason reason,
        String message,
        @Nullable String detail,
        @Nullable Integer round,
        boolean loss,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer shard) {
    @JsonCreator
    public FailureReport {}

    /// Makes a report about the assignment's own shard.
    public FailureReport(
            FailureReason reason, String message, @Nullable String detail, @Nullable Integer round, boolean loss) {
        this(reason, message, detail, round, loss, null);
    }

    /// Returns it about one of the assignment's shards.
    public FailureReport of(@Nullable Integer oneOfIts) {
        return new FailureReport(reason, message, detail, round, loss, oneOfIts);
    }
}
