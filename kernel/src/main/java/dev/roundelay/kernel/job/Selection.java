package dev.roundelay.kernel.job;

import dev.roundelay.kernel.worker.WorkerId;
import java.util.List;
import java.util.OptionalInt;

/// Which workers may take the shards of a job.
public sealed interface Selection {
    /// Exactly these, one for each shard; a lost shard moves only among them. Where the job uses a dataset, shard i
    /// is bound to worker i and never moves.
    record Pinned(List<WorkerId> workers) implements Selection {
        public Pinned {
            workers = List.copyOf(workers);
        }
    }

    /// Any that match.
    ///
    /// @param gpuModels               catalogue ids in order of preference, `cpu` for no GPU; empty for any
    /// @param maxPricePerGpuHourCents ceiling of the price; empty for none
    /// @param estimatedMemoryMb       memory that a slot must have free, 0 for any
    /// @param onlyMine                no shared workers
    record Auto(List<String> gpuModels, OptionalInt maxPricePerGpuHourCents, long estimatedMemoryMb, boolean onlyMine)
            implements Selection {
        public Auto {
            gpuModels = List.copyOf(gpuModels);
        }

        /// Returns a selection that any worker of the user matches.
        public static Auto any() {
            return new Auto(List.of(), OptionalInt.empty(), 0, false);
        }
    }
}
