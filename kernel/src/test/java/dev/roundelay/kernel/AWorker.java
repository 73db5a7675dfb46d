package dev.roundelay.kernel;

import dev.roundelay.kernel.worker.WorkerPatch;
import java.util.Optional;

/// Changes of workers for tests.
final class AWorker {
    private AWorker() {}

    static WorkerPatch shared() {
        return new WorkerPatch(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(true));
    }

    static WorkerPatch costing(int cents) {
        return new WorkerPatch(Optional.empty(), Optional.of(cents), Optional.empty(), Optional.empty());
    }
}
