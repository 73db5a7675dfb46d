package dev.roundelay.worker.run;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.worker.gpu.Gpus;
import dev.roundelay.worker.harness.HarnessException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.IntStream;

/// The worker's slots: one for each GPU that works, else shares of the machine. A slot is free again only when every
/// process of its last attempt is gone and its GPU memory is free. Thread-safe.
public final class Slots {
    private final Gpus gpus;
    private final BlockingQueue<Slot> free;

    /// Makes slots numbered from 0.
    ///
    /// @param count how many, on a machine without GPUs
    /// @param gpus  one a slot
    public Slots(int count, Gpus gpus) {
        this.gpus = gpus;
        List<Slot> all = IntStream.range(0, count)
                .mapToObj(number -> new Slot(number, Optional.empty()))
                .toList();
        this.free = new ArrayBlockingQueue<>(count, true, gpus.isEmpty() ? all : List.of());
    }

    /// A place for one harness.
    public record Slot(int number, Optional<Gpus.Lease> gpu) {
        /// Returns the device nodes that its harness may use.
        List<String> devices() {
            return gpu.map(Gpus.Lease::devices).orElse(List.of());
        }

        /// Returns `cpu` or `cuda`.
        String device() {
            return gpu.isPresent() ? "cuda" : "cpu";
        }

        /// Returns the variables by which CUDA sees its GPU alone.
        Map<String, String> environment() {
            return gpu.map(lease -> Map.of("CUDA_VISIBLE_DEVICES", lease.uuid()))
                    .orElse(Map.of());
        }
    }

    /// Waits for a free slot and takes it.
    ///
    /// @param gpuMemoryMb memory that must be free on its GPU
    Slot take(long gpuMemoryMb) throws InterruptedException {
        if (gpus.isEmpty()) {
            return free.take();
        }
        Gpus.Lease lease = gpus.take(gpuMemoryMb);
        return new Slot(lease.number(), Optional.of(lease));
    }

    /// Looks whether an attempt failed by its GPU's fault, which then gets no other before it is proved again.
    void judge(Slot slot, Exception failure) {
        if (slot.gpu().isEmpty() || !(failure instanceof HarnessException harness)) {
            return;
        }
        FailureReport report = harness.report();
        if (report.reason() == FailureReason.GPU_UNAVAILABLE && report.loss()) {
            gpus.blame(slot.gpu().get(), report.message());
        } else if (report.reason() == FailureReason.HARNESS_CRASHED) {
            gpus.suspect(slot.gpu().get());
        }
    }

    /// Gives a slot back.
    void release(Slot slot) {
        slot.gpu().ifPresentOrElse(gpus::release, () -> free.add(slot));
    }
}
