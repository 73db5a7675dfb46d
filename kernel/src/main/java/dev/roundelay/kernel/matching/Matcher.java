package dev.roundelay.kernel.matching;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
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
            case Selection.Auto _ -> best(pool, requirements, shards);
        };
    }

    /// Finds a worker for a shard that was lost, another one than the last where there is one.
    ///
    /// @return the worker; empty if there is none, and then nothing is taken
    public static Optional<WorkerId> again(Pool pool, Job job, int shard, @Nullable WorkerId last) {
        Requirements requirements = Requirements.of(job);
        Set<WorkerId> among = switch (job.selection()) {
            case Selection.Auto _ -> Set.of();
            case Selection.Pinned(var workers) ->
                job.dataset().isPresent() ? Set.of(workers.get(shard)) : Set.copyOf(workers);
        };
        List<Worker> candidates = pool.ranked(requirements).stream()
                .filter(worker -> among.isEmpty() || among.contains(worker.id()))
                .limit(2)
                .toList();
        Optional<Worker> found = candidates.stream()
                .filter(worker -> !worker.id().equals(last))
                .findFirst()
                .or(() -> candidates.stream().findFirst());
        found.ifPresent(worker -> pool.take(worker, requirements.memoryMb()));
        return found.map(Worker::id);
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
        List<Worker> found = new ArrayList<>();
        for (int shard : shards) {
            Optional<Worker> worker = pool.serving(workers.get(shard))
                    .filter(requirements::fit)
                    .filter(fitting -> pool.hasRoom(fitting.id(), 0));
            if (worker.isEmpty()) {
                return Optional.empty();
            }
            found.add(worker.get());
        }
        found.forEach(worker -> pool.take(worker, 0));
        return Optional.of(byShard(shards, found));
    }

    private static Optional<SortedMap<Integer, WorkerId>> best(
            Pool pool, Requirements requirements, List<Integer> shards) {
        if (!pool.mayHave(requirements, shards.size())) {
            return Optional.empty();
        }
        long memoryMb = requirements.memoryMb();
        NavigableSet<Worker> candidates = pool.ranked(requirements);
        List<Worker> found = new ArrayList<>();
        while (found.size() < shards.size() && !candidates.isEmpty()) {
            Worker worker = candidates.first();
            pool.take(worker, memoryMb);
            found.add(worker);
        }
        if (found.size() < shards.size()) {
            found.forEach(worker -> pool.giveBack(worker, memoryMb));
            return Optional.empty();
        }
        return Optional.of(byShard(shards, found));
    }

    private static SortedMap<Integer, WorkerId> byShard(List<Integer> shards, List<Worker> workers) {
        SortedMap<Integer, WorkerId> found = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            found.put(shards.get(i), workers.get(i).id());
        }
        return found;
    }
}
