package dev.roundelay.testkit.federation;

import dev.roundelay.federation.Holder;
import dev.roundelay.federation.RunStore;
import dev.roundelay.federation.memory.InMemoryRunStore;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.InMemoryKernelStore;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.StaleEpochException;
import dev.roundelay.kernel.journal.InMemoryJobJournal;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.memory.MemoryBucketIndex;
import java.util.Random;

class InMemoryRunStoreTest extends RunStoreContract {
    private final InMemoryKernelStore kernel = new InMemoryKernelStore();
    private final InMemoryJobJournal journal = new InMemoryJobJournal();
    private final BucketIndex index = new MemoryBucketIndex(new ManualClock(), new Random(1));
    private final RunStore store = new InMemoryRunStore(index, journal, this::requireCurrent, this::isCurrent);
    private Epoch epoch = kernel.raiseEpoch();

    @Override
    protected RunStore store() {
        return store;
    }

    @Override
    protected KernelStore kernel() {
        return kernel;
    }

    @Override
    protected JobJournal journal() {
        return journal;
    }

    @Override
    protected BucketIndex index() {
        return index;
    }

    @Override
    protected Epoch epoch() {
        return epoch;
    }

    @Override
    protected Epoch raiseEpoch() {
        epoch = kernel.raiseEpoch();
        return epoch;
    }

    private void requireCurrent(Epoch held) {
        if (!held.equals(epoch)) {
            throw new StaleEpochException(held);
        }
    }

    private boolean isCurrent(Holder holder) {
        return kernel.load(epoch)
                .assignment(holder.assignment())
                .filter(assignment -> assignment.isLive() && assignment.fence().equals(holder.fence()))
                .isPresent();
    }
}
