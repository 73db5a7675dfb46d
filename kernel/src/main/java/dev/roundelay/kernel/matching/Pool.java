package dev.roundelay.kernel.matching;

import dev.roundelay.kernel.KernelImage;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// The slots of one pass of matching: what is free, and what this pass has taken or reserved. For one thread.
public final class Pool {
    private final KernelImage image;
    private final Set<WorkerId> present = new HashSet<>();
    private final List<Worker> serving;
    private final Map<WorkerId, Integer> freeSlots = new HashMap<>();
    private final Map<WorkerId, Long> freeMemoryMb = new HashMap<>();
    private final Map<Requirements, List<Worker>> fitting = new HashMap<>();
    private final Set<WorkerId> reserved = new HashSet<>();

    private Pool(KernelImage image, List<Worker> serving) {
        this.image = image;
        this.serving = serving;
    }

    /// Returns the pool of everything that is free in the image.
    ///
    /// @param isPresent    whether a worker has synced with this server of late
    /// @param freeMemoryMb memory that a worker said is free
    public static Pool of(KernelImage image, Predicate<Worker> isPresent, ToLongFunction<Worker> freeMemoryMb) {
        Pool pool = new Pool(
                image,
                image.workers().stream()
                        .filter(worker -> worker.takesShards() && isPresent.test(worker))
                        .toList());
        for (Worker worker : pool.serving) {
            pool.present.add(worker.id());
            int free = image.freeSlots(worker);
            if (free > 0) {
                pool.freeSlots.put(worker.id(), free);
                pool.freeMemoryMb.put(worker.id(), freeMemoryMb.applyAsLong(worker));
            }
        }
        return pool;
    }

    /// Returns whether no slot is free at all.
    public boolean isEmpty() {
        return freeSlots.isEmpty();
    }

    /// Returns the workers that take shards and fit, busy ones included.
    public List<Worker> fitting(Requirements requirements) {
        return fitting.computeIfAbsent(requirements, wanted -> wanted.among(serving));
    }

    /// Returns a worker that takes shards; empty if it is away, draining, in quarantine or unknown.
    public Optional<Worker> serving(WorkerId id) {
        return image.worker(id).filter(worker -> present.contains(id));
    }

    /// Returns a worker, whatever its state; empty if it is unknown.
    public Optional<Worker> known(WorkerId id) {
        return image.worker(id);
    }

    /// Returns how many of its slots are free.
    public int freeSlots(WorkerId id) {
        return freeSlots.getOrDefault(id, 0);
    }

    /// Returns whether it has a free slot with so much memory that nobody has reserved.
    public boolean hasRoom(WorkerId id, long memoryMb) {
        return freeSlots(id) > 0 && !reserved.contains(id) && freeMemoryMb.getOrDefault(id, 0L) >= memoryMb;
    }

    /// Returns how much of the worker is taken, from 0 to 1.
    double load(Worker worker) {
        int slots = worker.offer().slots();
        return slots == 0 ? 1 : 1 - (double) freeSlots(worker.id()) / slots;
    }

    /// Takes one slot.
    public void take(WorkerId id, long memoryMb) {
        freeSlots.computeIfPresent(id, (key, free) -> free == 1 ? null : free - 1);
        freeMemoryMb.computeIfPresent(id, (key, free) -> free - memoryMb);
    }

    /// Gives one slot back.
    void giveBack(WorkerId id, long memoryMb) {
        freeSlots.merge(id, 1, Integer::sum);
        freeMemoryMb.computeIfPresent(id, (key, free) -> free + memoryMb);
    }

    /// Keeps these workers for somebody: nothing more is placed on them in this pass.
    public void reserve(Collection<WorkerId> ids) {
        reserved.addAll(ids);
    }

    /// Returns whether the worker is kept for somebody.
    public boolean isReserved(WorkerId id) {
        return reserved.contains(id);
    }
}
