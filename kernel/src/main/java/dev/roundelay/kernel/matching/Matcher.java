package dev.roundelay.kernel.matching;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds workers for shards: all of them or none. Best = order of models, price, load, environment at hand. What it
/// finds is taken from the pool.
public final class Matcher {
    private Matcher() {}

    /// Finds a worker for each of these shards of a job that has no slots.
    ///
    /// @return the worker of each shard; empty if there is not enough for all, and then nothing is taken
    public static Optional<SortedMap<Integer, WorkerId>> gang(Pool pool, Job job, List<Integer> shards) {
        Requirements requirements = Requirements.of(job);
        return switch (job.selection()) {
            case Selection.Pinned(var workers) -> pinned(pool, requirements, workers, shards);
            case Selection.Auto _ -> best(pool, requirements, pool.fitting(requirements), shards, null);
        };
    }

    /// Finds a worker for a shard that was lost, another one than the last where there is one.
    ///
    /// @return the worker; empty if there is none, and then nothing is taken
    public static Optional<WorkerId> again(Pool pool, Job job, int shard, @Nullable WorkerId last) {
        Requirements requirements = Requirements.of(job);
        List<Worker> among = switch (job.selection()) {
            case Selection.Auto _ -> pool.fitting(requirements);
            case Selection.Pinned(var workers) ->
                serving(pool, requirements, job.dataset().isPresent() ? List.of(workers.get(shard)) : workers);
        };
        return best(pool, requirements, among, List.of(shard), last).map(found -> found.get(shard));
    }

    /// Returns the workers that a job could use if all of them were free; those that are away are left out.
    public static List<WorkerId> usable(Pool pool, Job job) {
        Requirements requirements = Requirements.of(job);
        List<Worker> found = switch (job.selection()) {
            case Selection.Auto _ -> pool.fitting(requirements);
            case Selection.Pinned(var workers) -> serving(pool, requirements, workers);
        };
        return found.stream().map(Worker::id).toList();
    }

    private static List<Worker> serving(Pool pool, Requirements requirements, List<WorkerId> ids) {
        return ids.stream()
                .flatMap(id -> pool.serving(id).stream())
                .filter(requirements::fit)
                .toList();
    }

    private static Optional<SortedMap<Integer, WorkerId>> pinned(
            Pool pool, Requirements requirements, List<WorkerId> workers, List<Integer> shards) {
        SortedMap<Integer, WorkerId> found = new TreeMap<>();
        for (int shard : shards) {
            WorkerId id = workers.get(shard);
            if (pool.serving(id).filter(requirements::fit).isEmpty() || !pool.hasRoom(id, 0)) {
                return Optional.empty();
            }
            found.put(shard, id);
        }
        found.values().forEach(id -> pool.take(id, 0));
        return Optional.of(found);
    }

    private static Optional<SortedMap<Integer, WorkerId>> best(
            Pool pool, Requirements requirements, List<Worker> among, List<Integer> shards, @Nullable WorkerId last) {
        long memoryMb = requirements.wants().estimatedMemoryMb();
        PriorityQueue<Worker> candidates = new PriorityQueue<>(order(pool, requirements, last));
        among.stream().filter(worker -> pool.hasRoom(worker.id(), memoryMb)).forEach(candidates::add);
        SortedMap<Integer, WorkerId> found = new TreeMap<>();
        for (int shard : shards) {
            Worker worker = candidates.poll();
            if (worker == null) {
                found.values().forEach(id -> pool.giveBack(id, memoryMb));
                return Optional.empty();
            }
            found.put(shard, worker.id());
            pool.take(worker.id(), memoryMb);
            if (pool.hasRoom(worker.id(), memoryMb)) {
                candidates.add(worker);
            }
        }
        return Optional.of(found);
    }

    private static Comparator<Worker> order(Pool pool, Requirements requirements, @Nullable WorkerId last) {
        return Comparator.comparing((Worker worker) -> worker.id().equals(last))
                .thenComparingInt(requirements::modelRank)
                .thenComparingInt(Worker::pricePerGpuHourCents)
                .thenComparingDouble(pool::load)
                .thenComparing(worker -> !requirements.hasEnvironment(worker))
                .thenComparing(Worker::name)
                .thenComparing(Worker::id);
    }
}
