package dev.roundelay.worker.gpu;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Probes GPUs when they are due, until [Gpus] is closed.
final class ProbeLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ProbeLoop.class);

    private final Gpus gpus;
    private final GpuProbe probe;

    ProbeLoop(Gpus gpus, GpuProbe probe) {
        this.gpus = gpus;
        this.probe = probe;
    }

    /// Probes them all at once, waits for that, and goes on in the background.
    void start(List<Gpu> all) throws InterruptedException {
        List<Thread> threads = all.stream()
                .map(gpu -> Thread.ofVirtual().name("gpu-probe-" + gpu.number).start(() -> probeIfDue(gpu)))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        Thread.ofVirtual().name("gpu-probe").start(this::probeUntilClosed);
    }

    private void probeUntilClosed() {
        try {
            for (Gpu due = gpus.awaitDue(); due != null; due = gpus.awaitDue()) {
                probeIfDue(due);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void probeIfDue(Gpu gpu) {
        if (!gpus.beginProbe(gpu)) {
            return;
        }
        GpuProbe.Outcome outcome = GpuProbe.Outcome.failed("its probe was interrupted; wait for the next");
        try {
            outcome = probe.probe(gpu.reading(), gpu.number);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("the CUDA probe of {} failed", gpu.reading().uuid(), e);
            outcome = GpuProbe.Outcome.failed("the CUDA probe cannot run: " + e + "; look at the worker's log");
        }
        gpus.endProbe(gpu, outcome);
    }
}
