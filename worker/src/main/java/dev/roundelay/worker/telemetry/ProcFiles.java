package dev.roundelay.worker.telemetry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Reads the kernel's own figures below `/proc`. Remembers the last CPU count; used by one thread at a time.
final class ProcFiles {
    private final Path proc;
    private long lastBusy;
    private long lastTotal;

    ProcFiles(Path proc) {
        this.proc = proc;
    }

    /// Returns the use of all cores since the last call, in percent; since boot at the first.
    double cpuPercent() {
        long[] ticks = Arrays.stream(lines("stat").getFirst().trim().split("\\s+", -1))
                .skip(1)
                .limit(8)
                .mapToLong(Long::parseLong)
                .toArray();
        long total = Arrays.stream(ticks).sum();
        long busy = total - ticks[3] - ticks[4];
        double percent = total == lastTotal ? 0 : 100.0 * (busy - lastBusy) / (total - lastTotal);
        lastBusy = busy;
        lastTotal = total;
        return Math.clamp(Math.round(percent * 10) / 10.0, 0, 100);
    }

    /// Returns the load of the last minute.
    double loadAverage() {
        return Double.parseDouble(lines("loadavg").getFirst().split(" ", -1)[0]);
    }

    /// Returns a figure of `/proc/meminfo` in MiB, such as `MemTotal`.
    long memoryMb(String name) {
        return lines("meminfo").stream()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    private List<String> lines(String name) {
        try {
            return Files.readAllLines(proc.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("[" + proc.resolve(name) + "] cannot be read", e);
        }
    }
}
