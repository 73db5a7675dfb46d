package dev.roundelay.worker.config;

import dev.roundelay.contract.worker.JoinToken;
import dev.roundelay.worker.environment.PackageIndex;
import dev.roundelay.worker.sandbox.Isolation;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of `roundelay worker` as given; [#resolve] checks them. Lists may be given as repeated options
/// or with commas.
public final class WorkerOptions {
    private static final List<String> PROXY_VARIABLES =
            List.of("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy");

    @Option(
            names = "--server",
            split = ",",
            paramLabel = "URL",
            description = "Server, or several that are tried in turn.")
    List<String> servers = new ArrayList<>();

    @Option(names = "--token", paramLabel = "TOKEN", description = "Join token (rwt_...); only for the first start.")
    @Nullable
    String token;

    @Option(names = "--token-file", paramLabel = "FILE", description = "File with the join token.")
    @Nullable
    String tokenFile;

    @Option(names = "--name", paramLabel = "NAME", description = "Shown to people (default: the host's name).")
    @Nullable
    String name;

    @Option(names = "--slots", paramLabel = "N", description = "Assignments at once (default: one for each GPU, or 1).")
    @Nullable
    String slots;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Secret, caches and running jobs.")
    @Nullable
    String dataDir;

    @Option(names = "--python", paramLabel = "PATH", description = "Base interpreter (default: python3 of the PATH).")
    @Nullable
    String python;

    @Option(names = "--labels", split = ",", paramLabel = "NAME=VALUE", description = "Labels shown with the worker.")
    List<String> labels = new ArrayList<>();

    @Option(
            names = "--dataset",
            paramLabel = "NAME=PATH",
            description = "A local folder that jobs may read; repeatable.")
    List<String> datasets = new ArrayList<>();

    @Option(names = "--allow-user", split = ",", paramLabel = "EMAIL", description = "Only run code of these users.")
    List<String> allowUsers = new ArrayList<>();

    @Option(names = "--isolation", paramLabel = "KIND", description = "bubblewrap (default) or none.")
    @Nullable
    String isolation;

    @Option(names = "--index-url", paramLabel = "URL", description = "Package index for requirements.")
    @Nullable
    String indexUrl;

    @Option(names = "--extra-index-url", split = ",", paramLabel = "URL", description = "Further package index.")
    List<String> extraIndexUrls = new ArrayList<>();

    @Option(
            names = "--index-hosts",
            split = ",",
            paramLabel = "HOST[:PORT]",
            description = "Where else an index keeps its files; builds reach nothing but the indexes and these.")
    List<String> indexHosts = new ArrayList<>();

    @Option(names = "--find-links", split = ",", paramLabel = "PATH", description = "Folder with wheels.")
    List<String> findLinks = new ArrayList<>();

    @Option(
            names = "--index-cacert",
            paramLabel = "FILE",
            description = "Certificate authority of the package index (PEM).")
    @Nullable
    String indexCacert;

    @Option(names = "--offline", description = "Install only from --find-links.")
    boolean offline;

    @Option(names = "--allow-source-builds", description = "Allow packages without a wheel.")
    boolean allowSourceBuilds;

    @Option(names = "--memory-mb", paramLabel = "N", description = "Memory that all slots share (default: most of it).")
    @Nullable
    String memoryMb;

    @Mixin
    private final LimitOptions limits = new LimitOptions();

    @Option(
            names = "--disk-reserve-mb",
            paramLabel = "N",
            description = "Free disk below which no new shards are taken (default: 1024, at most 1/20 of the disk).")
    @Nullable
    String diskReserveMb;

    @Option(
            names = "--disconnect-limit",
            paramLabel = "SECONDS",
            description = "Keep on without server (default: 600).")
    @Nullable
    String disconnectLimit;

    @Option(names = "--cacert", paramLabel = "FILE", description = "Certificate authority of the server (PEM).")
    @Nullable
    String cacert;

    @Option(
            names = "--ca-sha256",
            paramLabel = "HEX",
            description = "Fingerprint of the server's own authority, where the join token does not name it.")
    @Nullable
    String authority;

    @Option(names = "--handover-dir", paramLabel = "DIR", description = "Folder shared with a server on this machine.")
    @Nullable
    String handoverDir;

    @Option(names = "--exit-with-parent", description = "End when the starting process ends.")
    boolean exitWithParent;

    @Option(names = "--join-only", description = "Join the server, then exit; later starts need no token.")
    boolean joinOnly;

    @Option(names = "--leave", description = "Leave the server for good, then exit.")
    boolean leave;

    /// Returns whether the worker is to join and not to work.
    public boolean joinsOnly() {
        return joinOnly;
    }

    /// Returns whether the worker is to leave.
    public boolean leaves() {
        return leave;
    }

    /// Checks everything and fills in defaults.
    ///
    /// @param hostName the default of `--name`
    /// @param home     the user's home folder, for defaults
    /// @param environment variables, to find python3 and proxies
    /// @throws ConfigException with all problems
    public WorkerConfig resolve(String hostName, Path home, Map<String, String> environment) throws ConfigException {
        Problems problems = new Problems();
        List<URI> resolvedServers = resolveServers(problems);
        JoinToken joinToken = resolveToken(problems);
        WorkerConfig config = new WorkerConfig(
                resolvedServers,
                joinToken == null ? null : joinToken.secret(),
                resolveName(hostName, problems),
                (int) problems.number("--slots", slots, 0, 0, 1_024),
                (dataDir == null ? home.resolve(".local/share/roundelay-worker") : Path.of(dataDir)).toAbsolutePath(),
                resolvePython(environment.getOrDefault("PATH", ""), problems),
                pairs("--labels", labels, problems),
                resolveDatasets(problems),
                List.copyOf(allowUsers),
                resolveIsolation(problems),
                resolveIndex(environment, problems),
                problems.number("--memory-mb", memoryMb, 0, 64, 1L << 30),
                limits.resolve(problems),
                new WorkerConfig.DiskReserve(problems.number("--disk-reserve-mb", diskReserveMb, 1_024, 0, 1L << 30)),
                Duration.ofSeconds(problems.number("--disconnect-limit", disconnectLimit, 600, 1, 604_800)),
                existing("--cacert", cacert, problems),
                resolveAuthority(joinToken, resolvedServers, problems),
                existing("--handover-dir", handoverDir, problems),
                exitWithParent);
        if (offline && (indexUrl != null || !extraIndexUrls.isEmpty())) {
            problems.add("--offline", "contradicts --index-url and --extra-index-url; give one or the other");
        }
        problems.throwIfAny();
        return config;
    }

    private PackageIndex resolveIndex(Map<String, String> environment, Problems problems) {
        Map<String, String> proxies = new LinkedHashMap<>();
        for (String name : PROXY_VARIABLES) {
            String value = environment.get(name);
            if (value != null) {
                proxies.put(name, value);
            }
        }
        return new PackageIndex(
                Optional.ofNullable(indexUrl).flatMap(url -> parseUrl("--index-url", url, problems)),
                extraIndexUrls.stream()
                        .flatMap(url -> parseUrl("--extra-index-url", url, problems).stream())
                        .toList(),
                indexHosts.stream().filter(host -> isHost(host, problems)).toList(),
                findLinks.stream().map(Path::of).toList(),
                offline,
                allowSourceBuilds,
                Optional.ofNullable(existing("--index-cacert", indexCacert, problems)),
                proxies);
    }

    private static boolean isHost(String text, Problems problems) {
        try {
            URI uri = new URI("https://" + text);
            if (uri.getHost() != null && text.equals(uri.getRawAuthority()) && uri.getUserInfo() == null) {
                return true;
            }
        } catch (URISyntaxException _) {
            // Reported with all others below.
        }
        problems.add("--index-hosts", "'" + text + "' is no host; write files.example.org or files.example.org:8443");
        return false;
    }

    private static Optional<URI> parseUrl(String option, String text, Problems problems) {
        try {
            URI uri = new URI(text.strip());
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException _) {
            // Reported with all others below.
        }
        problems.add(option, "'" + text + "' is no URL; write https://host/simple");
        return Optional.empty();
    }

    private List<URI> resolveServers(Problems problems) {
        if (servers.isEmpty()) {
            problems.add("--server", "is missing; give the server's URL, such as https://host:8000");
        }
        List<URI> uris = new ArrayList<>();
        for (String server : servers) {
            parseServer(server.strip(), problems).ifPresent(uris::add);
        }
        return List.copyOf(uris);
    }

    private static Optional<URI> parseServer(String server, Problems problems) {
        try {
            URI uri = new URI(server.replaceFirst("/+$", ""));
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getQuery() == null && uri.getUserInfo() == null) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException _) {
            // Reported with all others below.
        }
        problems.add("--server", "'" + server + "' is no URL; write http://host:port or https://host:port");
        return Optional.empty();
    }

    private @Nullable JoinToken resolveToken(Problems problems) {
        String text = readToken(problems);
        if (text == null) {
            return null;
        }
        Optional<JoinToken> parsed = JoinToken.parse(text);
        if (parsed.isEmpty()) {
            problems.add(
                    "--token",
                    "what follows its dot is no fingerprint of 64 hex digits; copy the whole token from the server's workers page");
        }
        return parsed.orElse(null);
    }

    private @Nullable String resolveAuthority(@Nullable JoinToken token, List<URI> servers, Problems problems) {
        // As openssl prints it, too.
        String given = authority == null ? null : authority.replace(":", "").toLowerCase(Locale.ROOT);
        if (given != null && !JoinToken.isFingerprint(given)) {
            problems.add("--ca-sha256", "'" + authority + "' is no SHA-256 of 64 hex digits");
        }
        String named = token == null ? null : token.fingerprint();
        if (given != null && named != null && !given.equals(named)) {
            problems.add("--ca-sha256", "names another authority than the join token; leave it out");
        }
        String chosen = named == null ? given : named;
        if (chosen != null && servers.stream().anyMatch(server -> "http".equals(server.getScheme()))) {
            problems.add("--server", "the join token is of a server that speaks TLS; write https");
        }
        return chosen;
    }

    private @Nullable String readToken(Problems problems) {
        if (token != null && tokenFile != null) {
            problems.add("--token", "and --token-file exclude each other; give one of them");
        }
        if (tokenFile == null) {
            return token;
        }
        try {
            return Files.readString(Path.of(tokenFile)).strip();
        } catch (IOException e) {
            problems.add("--token-file", "cannot be read: " + e.getMessage());
            return null;
        }
    }

    private String resolveName(String hostName, Problems problems) {
        String chosen = name == null ? hostName : name.strip();
        if (chosen.isEmpty() || chosen.length() > 100) {
            problems.add("--name", "must have 1 to 100 characters");
        }
        return chosen;
    }

    private Path resolvePython(String path, Problems problems) {
        return PythonPath.find(python, path).orElseGet(() -> {
            problems.add(
                    "--python",
                    python == null
                            ? "no python3 in the PATH; give the path of an interpreter"
                            : python + " is not an executable; give the path of a Python 3.9 or newer");
            return Path.of("/");
        });
    }

    private Map<String, Path> resolveDatasets(Problems problems) {
        Map<String, Path> folders = new LinkedHashMap<>();
        pairs("--dataset", datasets, problems).forEach((key, value) -> {
            Path folder = Path.of(value).toAbsolutePath();
            if (!Files.isDirectory(folder)) {
                problems.add("--dataset", key + ": " + folder + " is no folder");
            }
            folders.put(key, folder);
        });
        return folders;
    }

    private Isolation resolveIsolation(Problems problems) {
        String wanted = isolation == null ? "bubblewrap" : isolation.toLowerCase(Locale.ROOT);
        for (Isolation kind : Isolation.values()) {
            if (kind.toString().equals(wanted)) {
                return kind;
            }
        }
        problems.add("--isolation", "'" + wanted + "' is unknown; use bubblewrap or none");
        return Isolation.BUBBLEWRAP;
    }

    private static Map<String, String> pairs(String option, List<String> given, Problems problems) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : given) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                problems.add(option, "'" + pair + "' must have the form NAME=VALUE");
            } else if (pairs.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
                problems.add(option, "'" + pair.substring(0, equals) + "' is given twice");
            }
        }
        return pairs;
    }

    private static @Nullable Path existing(String option, @Nullable String given, Problems problems) {
        if (given == null) {
            return null;
        }
        Path path = Path.of(given).toAbsolutePath();
        if (!Files.isReadable(path)) {
            problems.add(option, path + " is not there or not readable");
        }
        return path;
    }
}
