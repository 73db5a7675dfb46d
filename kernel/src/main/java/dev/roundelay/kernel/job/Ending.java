package dev.roundelay.kernel.job;

/// How a live job is about to end early. It is durable; the first one recorded stays. The job moves to its end state
/// when its outputs are written.
public sealed interface Ending {
    /// The user cancelled it.
    record Cancelled(String actor) implements Ending {}

    /// It failed.
    record Failed(Failure failure) implements Ending {}
}
