package dev.roundelay.contract.worker;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// One step. It is repeated in every reply until its result is accepted; a repeated number is the same step.
///
/// @param number   ascending within an assignment's attempt
/// @param shard    of `train` and `validate`, where the assignment has several: which of them; null else
/// @param round    of `train` and `validate`: the global model to use; null else
/// @param validate with `train`: validate that model first
/// @param resend   with `train`: the server lost the accepted update; send the kept one again, or train again
/// @param save     with `validate`: let the job's persistor save that model first, and store what it saved
public record Step(
        long number,
        StepKind kind,
        @Nullable Integer round,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer shard,
        boolean validate,
        boolean resend,
        boolean save) {
    @JsonCreator
    public Step {}

    /// Makes a step for the assignment's only shard.
    public Step(long number, StepKind kind, @Nullable Integer round, boolean validate, boolean resend, boolean save) {
        this(number, kind, round, null, validate, resend, save);
    }
}
