package dev.roundelay.kernel.matching;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// What is free on each free slot of a worker whose slots have memory of their own, such as GPUs. For one thread.
final class SlotMemory {
    private final List<Long> free;
    private final Deque<Long> taken = new ArrayDeque<>();

    /// @param reported of the slots that the worker itself knows as free
    /// @param atMost   slots that are free in the image
    SlotMemory(List<Long> reported, int atMost) {
        // Shards that are on their way to the worker are in the image, not in its report: they may take the best slots.
        this.free = new ArrayList<>(
                reported.stream().sorted().limit(Math.max(0, atMost)).toList());
    }

    /// Returns how many slots have so much.
    int slotsWith(long memoryMb) {
        return (int) free.stream().filter(mb -> mb >= memoryMb).count();
    }

    /// Takes the slot that fits most tightly; one that does not fit only if there is no other.
    void take(long memoryMb) {
        if (free.isEmpty()) {
            return;
        }
        int fitting = 0;
        while (fitting < free.size() - 1 && free.get(fitting) < memoryMb) {
            fitting++;
        }
        taken.push(free.remove(fitting));
    }

    /// Gives back the slot that was taken last.
    void giveBack() {
        if (!taken.isEmpty()) {
            free.add(taken.pop());
            free.sort(null);
        }
    }
}
