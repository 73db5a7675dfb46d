package dev.roundelay.worker.gpu;

import java.nio.file.Path;
import java.time.Duration;

/// Where GPUs are looked for, and how often they are proved.
///
/// @param nvidiaSmi   the driver's tool, looked for in `PATH` unless it is a path
/// @param dev         folder of the device nodes
/// @param proc        the kernel's own figures
/// @param probePeriod between two probes of a GPU that nobody uses
/// @param firstRetry  between a failure and the next probe; doubled by each further failure, at most `probePeriod`
/// @param settle      how long a slot waits for the memory of its ended harness, before another program is taken to
///     hold it
public record GpuSettings(
        String nvidiaSmi, Path dev, Path proc, Duration probePeriod, Duration firstRetry, Duration settle) {
    /// Returns the settings of a real machine.
    public static GpuSettings defaults() {
        return new GpuSettings(
                "nvidia-smi",
                Path.of("/dev"),
                Path.of("/proc"),
                Duration.ofHours(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(30));
    }

    /// Returns the time until the next probe after so many failures in a row.
    Duration retry(int failures) {
        Duration wait = firstRetry.multipliedBy(1L << Math.clamp(failures - 1L, 0, 20));
        return wait.compareTo(probePeriod) < 0 ? wait : probePeriod;
    }
}
