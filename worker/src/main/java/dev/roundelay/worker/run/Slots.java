package dev.roundelay.worker.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// The worker's slots. A slot is free again only when every process of its last attempt is gone. Thread-safe.
public final class Slots {
    private final BlockingQueue<Slot> free;

    /// Makes slots numbered from 0.
    ///
    /// @param gpus device indexes of GPUs, one a slot; slots beyond them have none
    public Slots(int count, List<Integer> gpus) {
        List<Slot> all = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            all.add(new Slot(number, number < gpus.size() ? Optional.of(gpus.get(number)) : Optional.empty()));
        }
        this.free = new ArrayBlockingQueue<>(count, true, all);
    }

    /// A place for one harness.
    ///
    /// @param gpu device index of its GPU
    public record Slot(int number, Optional<Integer> gpu) {
        /// Returns the device nodes that its harness may use.
        List<String> devices() {
            return gpu.map(index -> List.of(
                            "/dev/nvidia" + index, "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"))
                    .orElse(List.of());
        }
    }

    /// Waits for a free slot and takes it.
    Slot take() throws InterruptedException {
        return free.take();
    }

    /// Gives a slot back.
    void release(Slot slot) {
        free.add(slot);
    }
}
