package dev.roundelay.worker.environment;

import java.nio.file.Path;
import java.time.Duration;

/// Where environments are kept and how large they may become.
///
/// @param folder   of the agent; holds `environments/` and `downloads/`
/// @param maxBytes of all environments together, and of all downloads together; least recently used ones go first
/// @param timeout  of one build
/// @param index    where packages come from
public record EnvironmentConfig(Path folder, long maxBytes, Duration timeout, PackageIndex index) {
    public EnvironmentConfig {
        folder = folder.toAbsolutePath().normalize();
    }

    /// Returns the usual bounds: 20 GB, 30 minutes.
    public static EnvironmentConfig withDefaults(Path folder, PackageIndex index) {
        return new EnvironmentConfig(folder, 20_000_000_000L, Duration.ofMinutes(30), index);
    }

    /// Returns the same with another bound on the bytes.
    public EnvironmentConfig ofBytes(long bytes) {
        return new EnvironmentConfig(folder, bytes, timeout, index);
    }
}
