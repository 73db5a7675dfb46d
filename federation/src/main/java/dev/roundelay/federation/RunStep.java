package dev.roundelay.federation;

/// What an assignment is to do now. Numbers ascend within an attempt; an equal number is the same step.
public sealed interface RunStep {
    long number();

    /// Fetch inputs, build the environment, import the user's module, report ready.
    record Prepare(long number) implements RunStep {}

    /// Make model 0 and send it.
    record Initialise(long number) implements RunStep {}

    /// Nothing to do until the next step.
    record Wait(long number) implements RunStep {}

    /// Train a round from the global model of the same number.
    ///
    /// @param shard    for which of its shards
    /// @param validate validate that model first
    /// @param resend   the accepted update was lost here: send the kept one again, or train again
    record Train(long number, int round, int shard, boolean validate, boolean resend) implements RunStep {}

    /// Validate a global model without training.
    ///
    /// @param shard for which of its shards
    /// @param save  let the job's own persistor save it first
    record Validate(long number, int model, int shard, boolean save) implements RunStep {}

    /// Send the last log lines and files, end the harness, report done.
    record Finish(long number) implements RunStep {}

    /// End every process and report stopped.
    record Stop(long number) implements RunStep {}
}
