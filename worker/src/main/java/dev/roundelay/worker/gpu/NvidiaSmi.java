package dev.roundelay.worker.gpu;

import dev.roundelay.worker.sandbox.ProcessLauncher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Asks the driver's own tool for the GPUs; a machine without it has none. Used by one thread at a time.
final class NvidiaSmi {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_TEXT = 300;

    private final ProcessLauncher launcher;
    private final String program;
    private String columns = GpuReading.COLUMNS_WITH_MIG;

    NvidiaSmi(ProcessLauncher launcher, String program) {
        this.launcher = launcher;
        this.program = program;
    }

    /// What came of asking.
    sealed interface Listing {
        /// The tool is not installed.
        record NoTool() implements Listing {}

        /// The tool failed, saying this.
        record Failed(String why) implements Listing {}

        /// The tool answered; perhaps with no GPU at all.
        record Found(List<GpuReading> gpus) implements Listing {}
    }

    /// Returns the GPUs now, in the order of their index.
    Listing list() throws InterruptedException {
        Process process;
        try {
            process = launcher.start(
                    new ProcessBuilder(program, "--query-gpu=" + columns, "--format=csv,noheader,nounits")
                            .redirectErrorStream(true));
        } catch (IOException _) {
            return new Listing.NoTool();
        }
        try {
            Thread watchdog = Thread.ofVirtual().start(() -> endIfStuck(process));
            String text = new String(process.getInputStream().readNBytes(1 << 20), StandardCharsets.UTF_8);
            int code = process.waitFor();
            watchdog.interrupt();
            return read(text, code);
        } catch (IOException e) {
            return new Listing.Failed("cannot be read: " + e.getMessage());
        } finally {
            process.destroyForcibly();
        }
    }

    private Listing read(String text, int code) throws InterruptedException {
        if (text.contains("not a valid field") && !columns.equals(GpuReading.COLUMNS)) {
            columns = GpuReading.COLUMNS;
            return list();
        }
        List<GpuReading> gpus = GpuReading.parse(text.lines().toList());
        // One lost GPU makes the tool fail, though it has listed the others.
        if (code == 0 || !gpus.isEmpty() || text.contains("No devices were found")) {
            return new Listing.Found(gpus);
        }
        String said = text.strip().replaceAll("\\s+", " ");
        return new Listing.Failed(
                "ended with " + code + ": " + (said.length() > MOST_TEXT ? said.substring(0, MOST_TEXT) : said));
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
