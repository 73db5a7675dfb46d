package dev.roundelay.cli.up;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What children may see of the environment: what programs need to run, and the mirrored options that are theirs.
///
/// Keys of a cloud account or of another service that stand in the shell of whoever starts `up` do not reach
/// the jobs.
final class CleanEnvironment {
    private static final Set<String> NEEDED = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "LANG",
            "LANGUAGE",
            "TZ",
            "TMPDIR",
            "TERM",
            "JAVA_HOME",
            "LD_LIBRARY_PATH",
            "CUDA_VISIBLE_DEVICES",
            "CUDA_HOME",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR");
    private static final List<String> NEEDED_PREFIXES = List.of("LC_", "XDG_", "NVIDIA_", "PIP_");
    private static final Set<String> PROXIES =
            Set.of("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy");
    // Those of the client programs: a server or worker has no use for them.
    private static final Set<String> OF_CLIENTS = Set.of(
            "ROUNDELAY_URL", "ROUNDELAY_API_KEY", "ROUNDELAY_EMAIL", "ROUNDELAY_PASSWORD", "ROUNDELAY_WORKER_TOKEN");
    private static final List<String> NOT_FOR_WORKERS =
            List.of("DATABASE", "PASSWORD", "SECRET", "KEY", "TOKEN", "LEAVE", "URL_FILE");

    private CleanEnvironment() {}

    static Map<String, String> ofServer(Map<String, String> environment) {
        return keep(environment, List.of());
    }

    static Map<String, String> ofWorker(Map<String, String> environment) {
        return keep(environment, NOT_FOR_WORKERS);
    }

    private static Map<String, String> keep(Map<String, String> environment, List<String> refused) {
        Map<String, String> kept = new TreeMap<>();
        environment.forEach((name, value) -> {
            boolean option = name.startsWith("ROUNDELAY_")
                    && !OF_CLIENTS.contains(name)
                    && refused.stream().noneMatch(name::contains);
            if (option || isNeeded(name)) {
                kept.put(name, value);
            }
        });
        return kept;
    }

    private static boolean isNeeded(String name) {
        return NEEDED.contains(name)
                || PROXIES.contains(name)
                || NEEDED_PREFIXES.stream().anyMatch(name::startsWith);
    }
}
