package dev.roundelay.worker.environment;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where environments are kept and where packages come from.
///
/// @param folder        of the agent; holds `environments/` and `downloads/`
/// @param maxBytes      of all environments together, and of all downloads together; least recently used ones go first
/// @param timeout       of one build
/// @param indexUrl      the package index; pip's default if empty
/// @param extraIndexes  further indexes
/// @param findLinks     folders with wheels on this machine
/// @param offline       no index at all, only `findLinks`
/// @param sourceBuilds  whether packages without a wheel may be built, which runs their code during the build
/// @param certificates  CA bundle for the index
/// @param proxyVariables `HTTPS_PROXY` and the like
public record EnvironmentConfig(
        Path folder,
        long maxBytes,
        Duration timeout,
        Optional<URI> indexUrl,
        List<URI> extraIndexes,
        List<Path> findLinks,
        boolean offline,
        boolean sourceBuilds,
        Optional<Path> certificates,
        Map<String, String> proxyVariables) {
    public EnvironmentConfig {
        folder = folder.toAbsolutePath().normalize();
        extraIndexes = List.copyOf(extraIndexes);
        findLinks = List.copyOf(findLinks);
        proxyVariables = Map.copyOf(proxyVariables);
    }

    /// Returns the defaults: pip's own index, wheels only, 20 GB, 30 minutes.
    public static EnvironmentConfig withDefaults(Path folder) {
        return new EnvironmentConfig(
                folder,
                20_000_000_000L,
                Duration.ofMinutes(30),
                Optional.empty(),
                List.of(),
                List.of(),
                false,
                false,
                Optional.empty(),
                Map.of());
    }

    /// Returns the same without any index: packages come from these folders only.
    public EnvironmentConfig offlineFrom(List<Path> folders) {
        return new EnvironmentConfig(
                folder,
                maxBytes,
                timeout,
                Optional.empty(),
                List.of(),
                folders,
                true,
                sourceBuilds,
                certificates,
                proxyVariables);
    }

    /// Returns the same with another bound on the bytes.
    public EnvironmentConfig ofBytes(long bytes) {
        return new EnvironmentConfig(
                folder,
                bytes,
                timeout,
                indexUrl,
                extraIndexes,
                findLinks,
                offline,
                sourceBuilds,
                certificates,
                proxyVariables);
    }

    /// Returns what makes two environments of the same requirements differ.
    String source() {
        return indexUrl + " " + extraIndexes + " " + findLinks + " " + offline + " " + sourceBuilds;
    }
}
