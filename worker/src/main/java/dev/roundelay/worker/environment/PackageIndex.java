package dev.roundelay.worker.environment;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where requirements are installed from.
///
/// @param indexUrl       the package index; pip's default if empty
/// @param extraIndexUrls further indexes
/// @param hosts          where else builds may fetch from, `host` or `host:port`: an index may keep its files elsewhere
/// @param findLinks      folders with wheels on this machine
/// @param offline        no index at all, only `findLinks`
/// @param sourceBuilds   whether packages without a wheel may be built, which runs their code during the build
/// @param certificates   CA bundle for the index
/// @param proxyVariables the agent's own `HTTPS_PROXY` and the like, through which the indexes are reached
public record PackageIndex(
        Optional<URI> indexUrl,
        List<URI> extraIndexUrls,
        List<String> hosts,
        List<Path> findLinks,
        boolean offline,
        boolean sourceBuilds,
        Optional<Path> certificates,
        Map<String, String> proxyVariables) {
    public PackageIndex {
        extraIndexUrls = List.copyOf(extraIndexUrls);
        hosts = List.copyOf(hosts);
        findLinks = findLinks.stream().map(Path::toAbsolutePath).toList();
        proxyVariables = Map.copyOf(proxyVariables);
    }

    /// Returns pip's own index, wheels only.
    public static PackageIndex standard() {
        return new PackageIndex(
                Optional.empty(), List.of(), List.of(), List.of(), false, false, Optional.empty(), Map.of());
    }

    /// Returns no index: packages come from these folders only.
    public static PackageIndex offlineFrom(List<Path> folders, boolean sourceBuilds) {
        return new PackageIndex(
                Optional.empty(), List.of(), List.of(), folders, true, sourceBuilds, Optional.empty(), Map.of());
    }

    /// Returns what makes two environments of the same requirements differ.
    String source() {
        return indexUrl + " " + extraIndexUrls + " " + findLinks + " " + offline + " " + sourceBuilds;
    }
}
