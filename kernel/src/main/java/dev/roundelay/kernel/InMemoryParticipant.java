package dev.roundelay.kernel;

/// A participant of the in-memory store. It runs inside the commit; if it throws, nothing is committed.
@FunctionalInterface
public interface InMemoryParticipant extends Participant {
    /// Writes the further facts.
    void run();
}
