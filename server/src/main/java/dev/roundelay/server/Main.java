package dev.roundelay.server;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.roundelay.s3.ConnectionLimits;
import dev.roundelay.s3.S3Config;
import dev.roundelay.s3.TransportBounds;
import dev.roundelay.server.backup.Restore;
import dev.roundelay.server.config.ConfigCheck;
import dev.roundelay.server.config.ConfigException;
import dev.roundelay.server.config.Ports;
import dev.roundelay.server.config.ServerConfig;
import dev.roundelay.server.config.ServerOptions;
import dev.roundelay.server.config.TlsContext;
import dev.roundelay.server.downloads.Distribution;
import dev.roundelay.server.http.HttpServer;
import dev.roundelay.server.postgres.EmbeddedPostgres;
import dev.roundelay.server.postgres.PostgresAddress;
import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.Schema;
import dev.roundelay.server.tls.AutomaticTls;
import dev.roundelay.server.tls.ServerNames;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/// The program `roundelay server`: PostgreSQL, then the control plane, then one ready line on standard output.
@CommandLine.Command(
        name = "roundelay server",
        description = "Runs the control plane: API, worker protocol, S3 endpoint, rounds.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int CONFIG_EXIT = 2;
    private static final int CONNECTIONS = 24;
    private static final long USUAL_RESERVE_MB = 1_024;

    @CommandLine.Mixin
    private final ServerOptions options = new ServerOptions();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main())
                .setDefaultValueProvider(ServerOptions.environmentDefaults(System.getenv()))
                .execute(args));
    }

    /// What `--version` prints.
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"roundelay " + BuildVersion.roundelay()};
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        long began = System.nanoTime();
        ServerConfig config;
        try {
            config = ConfigCheck.check(options);
        } catch (ConfigException e) {
            e.problems().forEach(System.err::println);
            return CONFIG_EXIT;
        }
        Files.createDirectories(config.dataDir());
        try {
            Restore.requireFinished(config.dataDir());
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return CONFIG_EXIT;
        }
        Optional<EmbeddedPostgres> postgres = config.database().isPresent()
                ? Optional.empty()
                : Optional.of(EmbeddedPostgres.on(
                        config.dataDir().resolve("postgres"), config.postgresPrograms(), new SecureRandom()));
        PostgresAddress address = postgres.isPresent()
                ? postgres.get().start()
                : config.database().orElseThrow();
        Ports ports;
        try {
            ports = Ports.choose(config);
        } catch (ConfigException e) {
            e.problems().forEach(System.err::println);
            postgres.ifPresent(EmbeddedPostgres::close);
            return CONFIG_EXIT;
        }
        String serverId = secret(config.dataDir().resolve("server.id"), 8);
        // Whoever takes over ends the sessions of this process by their name, and of no other on the same data folder.
        String name = "roundelay-%s-%s".formatted(serverId, HexFormat.of().toHexDigits(new SecureRandom().nextInt()));
        Database database = Database.open(address, name, CONNECTIONS);
        if (!isKnown(database, config)) {
            database.close();
            postgres.ifPresent(EmbeddedPostgres::close);
            return CONFIG_EXIT;
        }
        Optional<AutomaticTls> automaticTls = automaticTls(config);
        ControlPlane plane = new ControlPlane(
                settings(config, ports, serverId, automaticTls),
                database,
                HexFormat.of().parseHex(secret(config.dataDir().resolve("server.key"), 32)));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            plane.close();
            automaticTls.ifPresent(AutomaticTls::close);
            postgres.ifPresent(EmbeddedPostgres::close);
        }));
        automaticTls.ifPresent(AutomaticTls::start);
        plane.start();
        String state = plane.awaitRole() ? "ready" : "standby";
        System.out.printf(
                "roundelay server %s: %s (S3 %s) in %.1f s%n",
                state, config.apiUrl(ports.api()), config.s3Url(ports.s3()), (System.nanoTime() - began) / 1e9);
        if (state.equals("standby") && plane.awaitActive(Duration.ofDays(36_500))) {
            System.out.printf("roundelay server ready: %s (took over)%n", config.apiUrl(ports.api()));
        }
        if (config.exitWithParent()) {
            awaitEndOfInput();
            return 0;
        }
        Thread.currentThread().join();
        return 0;
    }

    /// Tells at once if the tables are of a newer release. A database that does not answer yet is waited for later.
    private static boolean isKnown(Database database, ServerConfig config) {
        try {
            new Schema(database, config.dataDir().resolve("backups"), InstantSource.system()).requireKnown();
        } catch (Schema.NewerException e) {
            System.err.println(e.getMessage());
            return false;
        } catch (RuntimeException e) {
            LOG.info("the database does not answer yet", e);
        }
        return true;
    }

    private static Optional<AutomaticTls> automaticTls(ServerConfig config) throws IOException {
        return config.automaticTls()
                ? Optional.of(AutomaticTls.open(
                        config.dataDir().resolve(AutomaticTls.FOLDER),
                        () -> ServerNames.of(config),
                        InstantSource.system(),
                        new SecureRandom()))
                : Optional.empty();
    }

    private static @Nullable SSLContext tls(ServerConfig config, Optional<AutomaticTls> automatic) throws IOException {
        if (automatic.isPresent()) {
            return automatic.get().context();
        }
        return config.tls().isPresent() ? TlsContext.load(config.tls().get()) : null;
    }

    private static Settings settings(
            ServerConfig config, Ports ports, String serverId, Optional<AutomaticTls> automaticTls) throws IOException {
        SSLContext tls = tls(config, automaticTls);
        SslContextFactory.Server factory = tls == null ? null : factory(tls);
        return new Settings(
                config.dataDir(),
                new HttpServer.Listen(config.listen(), ports.api(), factory, TransportBounds.with(connections(config))),
                S3Config.of(config.listen(), ports.s3()),
                tls,
                config.apiUrl(ports.api()),
                config.s3Url(ports.s3()),
                serverId,
                config.behindTlsProxy(),
                diskReserve(config),
                metricsToken(config),
                distribution(),
                automaticTls.map(AutomaticTls::authority));
    }

    /// Each connection is a file of this process, and the database, blobs and spool need some, too.
    private static ConnectionLimits connections(ServerConfig config) {
        int total = config.connections().total();
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long files = system.getMaxFileDescriptorCount();
            long most = Math.max(1, files - Math.max(256, files / 4));
            if (files > 0 && total > most) {
                LOG.warn(
                        "[connections] this process may open {} files, so {} connections at most and not {}; raise the limit (ulimit -n, LimitNOFILE=)",
                        files,
                        most,
                        total);
                total = (int) most;
            }
        }
        return new ConnectionLimits(
                total,
                config.behindTlsProxy()
                        ? Integer.MAX_VALUE
                        : config.connections().perAddress(),
                System::nanoTime);
    }

    private static long diskReserve(ServerConfig config) throws IOException {
        long usual = Math.min(
                USUAL_RESERVE_MB << 20, Files.getFileStore(config.dataDir()).getTotalSpace() / 20);
        return config.diskReserveMb().isPresent() ? config.diskReserveMb().getAsLong() << 20 : usual;
    }

    private static Optional<String> metricsToken(ServerConfig config) throws IOException {
        return config.metricsTokenFile().isPresent()
                ? Optional.of(Files.readString(config.metricsTokenFile().get()).strip())
                        .filter(token -> !token.isEmpty())
                : Optional.empty();
    }

    /// The launcher says where it lies.
    private static Optional<Distribution> distribution() {
        return Optional.ofNullable(System.getProperty("roundelay.home"))
                .map(home -> new Distribution(Path.of(home), Path.of(System.getProperty("java.home"))));
    }

    private static SslContextFactory.Server factory(SSLContext context) {
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setSslContext(context);
        return factory;
    }

    /// The parent holds the other end of standard input: it closes however the parent dies.
    private static void awaitEndOfInput() throws IOException {
        InputStream in = System.in;
        while (in.read() >= 0) {
            // Whatever the parent writes has no meaning.
        }
        LOG.info("the parent process has gone: stopping");
    }

    /// Returns a secret of the data folder as hex digits, made at random at the first start, mode 0600.
    private static String secret(Path file, int bytes) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            byte[] fresh = new byte[bytes];
            new SecureRandom().nextBytes(fresh);
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(temporary);
            Files.createFile(
                    temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(temporary, HexFormat.of().formatHex(fresh));
            Files.move(temporary, file);
            return Files.readString(file).strip();
        }
    }
}
