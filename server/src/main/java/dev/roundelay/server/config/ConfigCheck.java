package dev.roundelay.server.config;

import dev.roundelay.server.postgres.PostgresAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Turns options into a configuration, gathering every problem on the way.
public final class ConfigCheck {
    private final ServerOptions options;
    private final List<String> problems = new ArrayList<>();

    private ConfigCheck(ServerOptions options) {
        this.options = options;
    }

    /// Returns the configuration.
    ///
    /// @throws ConfigException with all problems
    public static ServerConfig check(ServerOptions options) throws ConfigException {
        return new ConfigCheck(options).run();
    }

    private ServerConfig run() throws ConfigException {
        Path dataDir = path("--data-dir", options.dataDir).orElse(Path.of("."));
        if (Files.exists(dataDir) && !Files.isDirectory(dataDir)) {
            problem("--data-dir", "%s is no folder; name another one".formatted(dataDir));
        }
        int port = port("--port", options.port);
        int s3Port = port("--s3-port", options.s3Port);
        if (port != 0 && port == s3Port) {
            problem("--s3-port", "%d is the port of the API too; use another one".formatted(port));
        }
        Optional<URI> publicUrl = url("--public-url", options.publicUrl);
        Optional<URI> s3PublicUrl = url("--s3-public-url", options.s3PublicUrl);
        Optional<ServerConfig.Tls> tls = tls();
        checkListen(tls);
        if (options.tlsAuto) {
            requireHttps("--public-url", publicUrl);
            requireHttps("--s3-public-url", s3PublicUrl);
        }
        ServerConfig config = new ServerConfig(
                dataDir.toAbsolutePath().normalize(),
                options.listen,
                port,
                s3Port,
                publicUrl,
                s3PublicUrl,
                tls,
                options.tlsAuto,
                options.behindTlsProxy,
                new ServerConfig.Connections(
                        count("--max-connections", options.maxConnections),
                        count("--max-connections-per-address", options.maxConnectionsPerAddress)),
                options.diskReserveMb == null
                        ? OptionalLong.empty()
                        : OptionalLong.of(count("--disk-reserve-mb", options.diskReserveMb)),
                database(),
                folder("--postgres-bin", options.postgresBin),
                readable("--metrics-token-file", options.metricsTokenFile),
                options.exitWithParent);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    private void checkListen(Optional<ServerConfig.Tls> tls) {
        try {
            if (!InetAddress.getByName(options.listen).isLoopbackAddress()
                    && tls.isEmpty()
                    && !options.tlsAuto
                    && !options.behindTlsProxy) {
                problem(
                        "--listen",
                        ("%s can be reached from other machines, and keys and weights would cross the network unprotected; "
                                        + "add --tls-auto, or --tls-cert FILE --tls-key FILE, or --behind-tls-proxy if a proxy in front speaks TLS")
                                .formatted(options.listen));
            }
        } catch (UnknownHostException _) {
            problem("--listen", "%s is no address of this machine; use 127.0.0.1 or 0.0.0.0".formatted(options.listen));
        }
    }

    /// Where the server itself speaks TLS, nobody reaches it by another scheme.
    private void requireHttps(String option, Optional<URI> url) {
        if (url.isPresent() && !"https".equals(url.get().getScheme())) {
            problem(
                    option,
                    "%s is no https address, but --tls-auto speaks TLS alone; write https".formatted(url.get()));
        }
    }

    private Optional<ServerConfig.Tls> tls() {
        Optional<Path> certificate = readable("--tls-cert", options.tlsCert);
        Optional<Path> key = readable("--tls-key", options.tlsKey);
        if ((options.tlsCert == null) != (options.tlsKey == null)) {
            problem(
                    options.tlsCert == null ? "--tls-cert" : "--tls-key",
                    "is missing; certificate and key go together");
        }
        if (options.tlsCert != null && options.behindTlsProxy) {
            problem("--behind-tls-proxy", "and --tls-cert exclude each other; drop one");
        }
        if (options.tlsAuto && options.tlsCert != null) {
            problem("--tls-auto", "and --tls-cert exclude each other; drop one");
        }
        if (options.tlsAuto && options.behindTlsProxy) {
            problem("--tls-auto", "and --behind-tls-proxy exclude each other; drop one");
        }
        return certificate.isPresent() && key.isPresent()
                ? Optional.of(new ServerConfig.Tls(certificate.get(), key.get()))
                : Optional.empty();
    }

    private Optional<PostgresAddress> database() {
        if (options.databaseUrl != null && options.databaseUrlFile != null) {
            problem("--database-url", "and --database-url-file exclude each other; drop one");
            return Optional.empty();
        }
        String option = options.databaseUrlFile == null ? "--database-url" : "--database-url-file";
        String text = options.databaseUrl;
        Optional<Path> file = readable("--database-url-file", options.databaseUrlFile);
        if (file.isPresent()) {
            try {
                text = Files.readString(file.get()).strip();
            } catch (IOException e) {
                problem(option, "%s cannot be read: %s".formatted(file.get(), e.getMessage()));
            }
        }
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(DatabaseUrl.parse(text));
        } catch (IllegalArgumentException e) {
            problem(option, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<URI> url(String option, @Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            URI url = new URI(text.replaceFirst("/+$", ""));
            String scheme = String.valueOf(url.getScheme());
            if (url.getHost() != null
                    && (scheme.equals("http") || scheme.equals("https"))
                    && url.getRawQuery() == null) {
                return Optional.of(url);
            }
        } catch (URISyntaxException _) {
            // The same answer as for a URL of another form.
        }
        problem(option, "\"%s\" is no address such as https://example.org".formatted(text));
        return Optional.empty();
    }

    private int port(String option, String text) {
        try {
            int port = Integer.parseInt(text.strip());
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException _) {
            // The same answer as for a number out of range.
        }
        problem(option, "\"%s\" is no port; use 0 to 65535".formatted(text));
        return 0;
    }

    private int count(String option, String text) {
        try {
            int count = Integer.parseInt(text.strip());
            if (count >= 1) {
                return count;
            }
        } catch (NumberFormatException _) {
            // The same answer as for a number out of range.
        }
        problem(option, "\"%s\" is no number from 1; leave it out for the usual one".formatted(text));
        return 1;
    }

    private Optional<Path> path(String option, @Nullable String text) {
        if (text == null || text.isBlank()) {
            problem(option, "is empty; name a path");
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            problem(option, "\"%s\" is no path: %s".formatted(text, e.getReason()));
            return Optional.empty();
        }
    }

    private Optional<Path> readable(String option, @Nullable String text) {
        Optional<Path> file = text == null ? Optional.empty() : path(option, text);
        if (file.isPresent() && (!Files.isRegularFile(file.get()) || !Files.isReadable(file.get()))) {
            problem(option, "%s is no file that can be read; check path and permissions".formatted(file.get()));
            return Optional.empty();
        }
        return file.map(Path::toAbsolutePath);
    }

    private Optional<Path> folder(String option, @Nullable String text) {
        Optional<Path> folder = text == null ? Optional.empty() : path(option, text);
        if (folder.isPresent() && !Files.isExecutable(folder.get().resolve("postgres"))) {
            problem(option, "%s has no program postgres; name the folder that has".formatted(folder.get()));
            return Optional.empty();
        }
        return folder.map(Path::toAbsolutePath);
    }

    private void problem(String option, String what) {
        problems.add("%s (%s): %s".formatted(option, ServerOptions.variable(option), what));
    }
}
