package dev.roundelay.kernel.matching;

import dev.roundelay.kernel.KernelImage;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// The slots of one pass of matching: what is free, and what this pass has taken or reserved. For one thread.
public final class Pool {
    private final KernelImage image;
    private final Set<WorkerId> present = new HashSet<>();
    private final List<Worker> serving;
    private final Map<WorkerId, Integer> freeSlots = new HashMap<>();
    private final Map<WorkerId, Long> freeMemoryMb = new HashMap<>();
    private final Map<WorkerId, SlotMemory> slotMemory = new HashMap<>();
    private final Map<Requirements, List<Worker>> fitting = new HashMap<>();
    private final Map<Requirements, NavigableSet<Worker>> ranked = new HashMap<>();
    private final Map<Requirements, Integer> slotsAtMost = new HashMap<>();
    private final Set<WorkerId> reserved = new HashSet<>();

    private Pool(KernelImage image, List<Worker> serving) {
        this.image = image;
        this.serving = serving;
    }

    /// Returns the pool of everything that is free in the image.
    ///
    /// @param isPresent    whether a worker has synced with this server of late
    /// @param freeMemoryMb memory that a worker said is free
    /// @param slotMemoryMb memory that a worker said is free on each free slot; empty where they share it
    public static Pool of(
            KernelImage image,
            Predicate<Worker> isPresent,
            ToLongFunction<Worker> freeMemoryMb,
            Function<Worker, Optional<List<Long>>> slotMemoryMb) {
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
                slotMemoryMb
                        .apply(worker)
                        .ifPresent(slots -> pool.slotMemory.put(worker.id(), new SlotMemory(slots, free)));
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
        return room(id, memoryMb) > 0;
    }

    /// Returns how many free slots it has with so much memory each, that nobody has reserved.
    public int room(WorkerId id, long memoryMb) {
        if (reserved.contains(id)) {
            return 0;
        }
        SlotMemory own = slotMemory.get(id);
        if (own != null) {
            return Math.min(freeSlots(id), own.slotsWith(memoryMb));
        }
        return freeMemoryMb.getOrDefault(id, 0L) >= memoryMb ? freeSlots(id) : 0;
    }

    /// Returns how much of the worker is taken, from 0 to 1.
    private double load(Worker worker) {
        int slots = worker.offer().slots();
        return slots == 0 ? 1 : 1 - (double) freeSlots(worker.id()) / slots;
    }

    /// Returns the workers that fit and have room now, the best first; it follows what is taken.
    NavigableSet<Worker> ranked(Requirements requirements) {
        return ranked.computeIfAbsent(requirements, wanted -> {
            NavigableSet<Worker> best = new TreeSet<>(order(wanted));
            freeSlots.keySet().stream()
                    .flatMap(id -> serving(id).stream())
                    .filter(wanted::fit)
                    .filter(worker -> hasRoom(worker.id(), wanted.memoryMb()))
                    .forEach(best::add);
            return best;
        });
    }

    /// Returns whether there may be so many free slots for these requirements; cheap when asked again in one pass.
    boolean mayHave(Requirements requirements, int slots) {
        // INVARIANT: a count from earlier in the pass is an upper bound, since slots are only taken.
        int atMost = slotsAtMost.computeIfAbsent(
                requirements,
                wanted -> ranked(wanted).stream()
                        .mapToInt(worker -> room(worker.id(), wanted.memoryMb()))
                        .sum());
        return slots <= atMost;
    }

    /// Takes one slot.
    void take(Worker worker, long memoryMb) {
        change(worker, -1, -memoryMb, own -> own.take(memoryMb));
    }

    /// Gives back one slot that this pass had taken.
    void giveBack(Worker worker, long memoryMb) {
        change(worker, 1, memoryMb, SlotMemory::giveBack);
    }

    /// Keeps these workers for somebody: nothing more is placed on them in this pass.
    public void reserve(Collection<WorkerId> ids) {
        reserved.addAll(ids);
        ranked.values().forEach(best -> best.removeIf(worker -> reserved.contains(worker.id())));
    }

    private void change(Worker worker, int slots, long memoryMb, Consumer<SlotMemory> ofSlots) {
        // INVARIANT: the order looks at the load, so a worker leaves every ranking before its load changes.
        ranked.values().forEach(best -> best.remove(worker));
        int free = freeSlots(worker.id()) + slots;
        if (free > 0) {
            freeSlots.put(worker.id(), free);
        } else {
            freeSlots.remove(worker.id());
        }
        freeMemoryMb.merge(worker.id(), memoryMb, Long::sum);
        SlotMemory own = slotMemory.get(worker.id());
        if (own != null) {
            ofSlots.accept(own);
        }
        ranked.forEach((wanted, best) -> {
            if (hasRoom(worker.id(), wanted.memoryMb()) && wanted.fit(worker)) {
                best.add(worker);
            }
        });
    }

    private Comparator<Worker> order(Requirements requirements) {
        return Comparator.comparingInt(requirements::modelRank)
                .thenComparingInt(Worker::pricePerGpuHourCents)
                .thenComparingDouble(this::load)
                .thenComparing(worker -> !requirements.hasEnvironment(worker))
                .thenComparing(Worker::name)
                .thenComparing(Worker::id);
    }

    /// Returns whether the worker is kept for somebody.
    public boolean isReserved(WorkerId id) {
        return reserved.contains(id);
    }
}
