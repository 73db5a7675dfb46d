package dev.roundelay.worker.telemetry;

import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.worker.gpu.Gpus;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Measures the machine every 2 s and keeps the last sample. Reading it is free and thread-safe.
public final class Sampler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
    private static final Duration PERIOD = Duration.ofSeconds(2);

    private final ProcFiles proc = new ProcFiles(Path.of("/proc"));
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Gpus gpus;
    private final DiskWatch disk;
    private final String isolation;
    private final InstantSource clock;
    private volatile Telemetry latest;

    /// Makes one and measures once.
    ///
    /// @param isolation as shown to people: `bubblewrap` or `none`
    public Sampler(Gpus gpus, DiskWatch disk, String isolation, InstantSource clock) throws InterruptedException {
        this.gpus = gpus;
        this.disk = disk;
        this.isolation = isolation;
        this.clock = clock;
        this.latest = measure();
    }

    /// Goes on measuring until closed.
    public void start() {
        Thread.ofVirtual().name("telemetry").start(this::run);
    }

    /// Returns the last sample, with the GPUs as they are known now: a probe may have ended since.
    public Telemetry latest() {
        Telemetry last = latest;
        return new Telemetry(
                last.time(),
                last.cpuPercent(),
                last.loadAverage(),
                last.cores(),
                last.memoryMb(),
                last.freeMemoryMb(),
                last.diskFreeMb(),
                last.isolation(),
                gpus.telemetry(),
                last.trouble());
    }

    private void run() {
        try {
            while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    latest = measure();
                } catch (UncheckedIOException e) {
                    LOG.warn("telemetry cannot be measured", e);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Telemetry measure() throws InterruptedException {
        gpus.refresh();
        DiskWatch.Look look = disk.look();
        return new Telemetry(
                clock.instant(),
                proc.cpuPercent(),
                proc.loadAverage(),
                Runtime.getRuntime().availableProcessors(),
                proc.memoryMb("MemTotal"),
                proc.memoryMb("MemAvailable"),
                look.freeMb(),
                isolation,
                gpus.telemetry(),
                look.trouble());
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
