package dev.roundelay.federation;

import dev.roundelay.kernel.job.Failure;

/// What became of a model or an update that a worker sent. All but `Damaged` are final: the worker need not send it
/// again.
public sealed interface Acceptance {
    /// It is recorded and counts.
    record Accepted() implements Acceptance {}

    /// One is recorded already; this one was not needed and changed nothing.
    record AlreadyAccepted() implements Acceptance {}

    /// The assignment has another holder by now; nothing changed.
    record StaleFence() implements Acceptance {}

    /// The round takes no updates any more, or not yet; nothing changed.
    record RoundClosed(int round) implements Acceptance {}

    /// The bytes are not those that the worker meant to send; it sends them again.
    record Damaged(String message) implements Acceptance {}

    /// The content cannot be used, and sending it again would not help; the kernel has been told.
    record Invalid(Failure failure) implements Acceptance {}
}
