package dev.roundelay.contract.worker;

import org.jspecify.annotations.Nullable;

/// One step. It is repeated in every reply until its result is accepted; a repeated number is the same step.
///
/// @param number   ascending within an assignment's attempt
/// @param round    of `train` and `validate`: the global model to use; null else
/// @param validate with `train`: validate that model first
/// @param resend   with `train`: the server lost the accepted update; send the kept one again, or train again
/// @param save     with `validate`: let the job's persistor save that model first, and store what it saved
public record Step(
        long number, StepKind kind, @Nullable Integer round, boolean validate, boolean resend, boolean save) {}
