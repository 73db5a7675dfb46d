package dev.roundelay.federation.run;

import dev.roundelay.federation.RunState;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A run's state in memory: what the store holds, or nothing while that is not known. Readers never wait for a
/// writer's I/O.
///
/// A change is first committed by the store and then applied here; several threads may do so at once, because every
/// change of [RunState] may be repeated and applied in any order with those that can run beside it.
final class RunImage {
    private volatile @Nullable RunState state;
    private long changes;

    Optional<RunState> find() {
        return Optional.ofNullable(state);
    }

    /// Applies a committed change.
    synchronized void apply(UnaryOperator<RunState> change) {
        changes++;
        RunState known = state;
        if (known != null) {
            state = change.apply(known);
        }
    }

    /// Forgets the state, because the fate of a change is unknown.
    synchronized void forget() {
        state = null;
    }

    /// Reads the state anew. A change that is committed during the read may be missing in it, so it is read again then.
    RunState load(Supplier<RunState> store) {
        while (true) {
            long before = changes();
            RunState read = store.get();
            if (set(read, before)) {
                return read;
            }
        }
    }

    private synchronized long changes() {
        return changes;
    }

    private synchronized boolean set(RunState read, long seen) {
        if (changes != seen) {
            return false;
        }
        state = read;
        return true;
    }
}
