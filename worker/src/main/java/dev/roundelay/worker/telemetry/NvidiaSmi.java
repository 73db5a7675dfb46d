package dev.roundelay.worker.telemetry;

import dev.roundelay.worker.sandbox.ProcessLauncher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the driver's own tool for the GPUs; a machine without it has none. Used by one thread at a time.
final class NvidiaSmi {
    private static final Logger LOG = LoggerFactory.getLogger(NvidiaSmi.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ProcessLauncher launcher;
    private boolean absent;

    NvidiaSmi(ProcessLauncher launcher) {
        this.launcher = launcher;
    }

    /// Returns the GPUs now, in the order of their index.
    List<Gpus.Gpu> gpus() throws InterruptedException {
        if (absent) {
            return List.of();
        }
        Process process;
        try {
            process = launcher.start(
                    new ProcessBuilder("nvidia-smi", "--query-gpu=" + Gpus.QUERY, "--format=csv,noheader,nounits")
                            .redirectErrorStream(true));
        } catch (IOException _) {
            absent = true;
            return List.of();
        }
        try {
            Thread watchdog = Thread.ofVirtual().start(() -> endIfStuck(process));
            String text = new String(process.getInputStream().readNBytes(1 << 20), StandardCharsets.UTF_8);
            int code = process.waitFor();
            watchdog.interrupt();
            if (code != 0) {
                LOG.warn("nvidia-smi ended with {}: {}", code, text.strip());
                return List.of();
            }
            return Gpus.parse(text.lines().toList());
        } catch (IOException e) {
            LOG.warn("nvidia-smi cannot be read", e);
            return List.of();
        } finally {
            process.destroyForcibly();
        }
    }

    private static void endIfStuck(Process process) {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
