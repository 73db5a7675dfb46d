package dev.roundelay.kernel;

/// Further facts that are committed in the same transaction as a change of the kernel. Only the store that executes
/// it knows its inside; a store refuses a participant of a kind that it does not know with an
/// `IllegalArgumentException`.
public interface Participant {
    /// Adds nothing.
    Participant NONE = new Participant() {
        @Override
        public String toString() {
            return "none";
        }
    };
}
