package dev.roundelay.worker.config;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What one job may use here, as given.
final class LimitOptions {
    @Option(names = "--max-processes", paramLabel = "N", description = "Processes of a job (default: 512).")
    @Nullable
    String processes;

    @Option(names = "--max-open-files", paramLabel = "N", description = "Open files of a process (default: 4096).")
    @Nullable
    String openFiles;

    @Option(names = "--out-dir-limit-mb", paramLabel = "N", description = "Output files of a job (default: 10000).")
    @Nullable
    String outDirMb;

    @Option(names = "--tmp-limit-mb", paramLabel = "N", description = "Temporary files of a job (default: 2000).")
    @Nullable
    String temporaryMb;

    @Option(names = "--log-limit-mb", paramLabel = "N", description = "Log of a job (default: 100).")
    @Nullable
    String logMb;

    WorkerConfig.Limits resolve(Problems problems) {
        return new WorkerConfig.Limits(
                (int) problems.number("--max-processes", processes, 512, 16, 1_000_000),
                problems.number("--out-dir-limit-mb", outDirMb, 10_000, 1, 1L << 30),
                problems.number("--tmp-limit-mb", temporaryMb, 2_000, 1, 1L << 30),
                problems.number("--log-limit-mb", logMb, 100, 1, 1L << 20),
                (int) problems.number("--max-open-files", openFiles, 4_096, 64, 1_000_000));
    }
}
