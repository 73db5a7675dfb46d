package dev.roundelay.server.store;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.Participant;
import dev.roundelay.testkit.kernel.KernelStoreContract;

/// The contract over PostgreSQL; which one it is, a subclass says.
abstract class JdbcKernelStoreContract extends KernelStoreContract {
    protected abstract Database database();

    @Override
    protected KernelStore store() {
        return new JdbcKernelStore(database().jdbi());
    }

    @Override
    protected Epoch epoch() {
        return new Epoch(database()
                .jdbi()
                .withHandle(handle -> handle.createQuery("select epoch from server_epoch")
                        .mapTo(Long.class)
                        .one()));
    }

    @Override
    protected Epoch raiseEpoch() {
        database().jdbi().useHandle(handle -> handle.execute("update server_epoch set epoch = epoch + 1"));
        return epoch();
    }

    @Override
    protected Participant marking(Runnable then) {
        return (JdbcParticipant) handle -> {
            handle.execute("update server_epoch set holder = 'marked'");
            then.run();
        };
    }

    @Override
    protected boolean isMarked() {
        return database()
                .jdbi()
                .withHandle(handle -> handle.createQuery("select holder = 'marked' from server_epoch")
                        .mapTo(Boolean.class)
                        .one());
    }
}
