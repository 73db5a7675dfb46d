package dev.roundelay.testkit.kernel;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.InMemoryKernelStore;
import dev.roundelay.kernel.InMemoryParticipant;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.Participant;

class InMemoryKernelStoreTest extends KernelStoreContract {
    private final InMemoryKernelStore store = new InMemoryKernelStore();
    private Epoch epoch = store.raiseEpoch();
    private boolean marked;

    @Override
    protected KernelStore store() {
        return store;
    }

    @Override
    protected Epoch epoch() {
        return epoch;
    }

    @Override
    protected Epoch raiseEpoch() {
        epoch = store.raiseEpoch();
        return epoch;
    }

    @Override
    protected Participant marking(Runnable then) {
        return (InMemoryParticipant) () -> {
            then.run();
            marked = true;
        };
    }

    @Override
    protected boolean isMarked() {
        return marked;
    }
}
