package dev.roundelay.kernel;

import dev.roundelay.kernel.worker.Worker;

/// What became of a worker's wish to join.
public sealed interface Registered {
    /// It has joined.
    record Joined(Worker worker) implements Registered {}

    /// The owner has another worker of this name.
    record NameTaken(Worker holder) implements Registered {}
}
