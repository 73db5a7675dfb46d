package dev.roundelay.worker.config;

import dev.roundelay.worker.environment.PackageIndex;
import dev.roundelay.worker.sandbox.Isolation;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an operator asked of this worker, checked.
///
/// @param servers       base URLs without a trailing slash, tried in turn
/// @param token         join token; null if the worker has joined before
/// @param slots         how many assignments run at once; 0: one for each GPU, or one
/// @param python        the base interpreter
/// @param datasets      local folders that are offered by name and never uploaded
/// @param allowedUsers  e-mail addresses whose code may run here; empty: everybody's that the server lets through
/// @param authority     SHA-256 of the server's own authority, as the join token has it; null to trust by caCertificate
/// @param handover      folder of the server through which files change hands by hard link
/// @param memoryMb      memory that all slots share; 0: most of the machine's
/// @param diskReserve   kept for what runs already
public record WorkerConfig(
        List<URI> servers,
        @Nullable String token,
        String name,
        int slots,
        Path dataDir,
        Path python,
        Map<String, String> labels,
        Map<String, Path> datasets,
        List<String> allowedUsers,
        Isolation isolation,
        PackageIndex index,
        long memoryMb,
        Limits limits,
        DiskReserve diskReserve,
        Duration disconnectLimit,
        @Nullable Path caCertificate,
        @Nullable String authority,
        @Nullable Path handover,
        boolean exitWithParent) {

    /// What one job may use here.
    public record Limits(int processes, long outDirMb, long temporaryMb, long logMb, int openFiles) {}

    /// The free disk below which this worker takes no new shards.
    ///
    /// @param megabytes at most a twentieth of the disk is kept
    public record DiskReserve(long megabytes) {}
}
