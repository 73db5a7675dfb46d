package dev.roundelay.server.store;

import dev.roundelay.federation.RunStore;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.testkit.federation.RunStoreContract;
import java.time.InstantSource;
import java.util.Random;

/// The contract over PostgreSQL; which one it is, a subclass says.
abstract class JdbcRunStoreContract extends RunStoreContract {
    private final TestDatabase fresh;
    private Epoch epoch;

    /// @param fresh open, for all tests of the class; its rows go before each
    JdbcRunStoreContract(TestDatabase fresh) {
        this.fresh = fresh;
        fresh.jdbi().useTransaction(handle -> {
            handle.execute("delete from job");
            handle.execute("delete from worker");
            handle.execute("delete from output_claim");
        });
        StorageTables.empty(fresh.database());
        this.epoch = fresh.raiseEpoch();
    }

    @Override
    protected RunStore store() {
        return new JdbcRunStore(fresh.jdbi(), buckets().within());
    }

    @Override
    protected KernelStore kernel() {
        return new JdbcKernelStore(fresh.jdbi());
    }

    @Override
    protected JobJournal journal() {
        return new JdbcJobJournal(fresh.jdbi(), _ -> {});
    }

    @Override
    protected BucketIndex index() {
        return buckets();
    }

    @Override
    protected Epoch epoch() {
        return epoch;
    }

    @Override
    protected Epoch raiseEpoch() {
        epoch = fresh.raiseEpoch();
        return epoch;
    }

    private JdbcBucketIndex buckets() {
        return new JdbcBucketIndex(fresh.jdbi(), InstantSource.system(), new Random(1));
    }
}
