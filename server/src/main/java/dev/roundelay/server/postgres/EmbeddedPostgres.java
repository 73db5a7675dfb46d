package dev.roundelay.server.postgres;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// PostgreSQL on a data folder of ours: made at the first start, started and watched from then on, loopback only, fsync
/// on.
///
/// It outlives a `kill -9` of the server; the next start adopts it. Thread-safe.
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final String VERSION = "18.6.0";
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(120);
    private static final Duration LEFTOVER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
    private static final String APP = "roundelay";

    private final Path folder;
    private final Path binariesParent;
    private final SecureRandom random;
    private volatile boolean closing;
    private volatile int port;
    private @Nullable ProcessHandle postmaster;

    /// @param folder         the database's own folder, made 0700
    /// @param binariesParent where PostgreSQL's programs are unpacked
    public EmbeddedPostgres(Path folder, Path binariesParent, SecureRandom random) {
        this.folder = folder.toAbsolutePath();
        this.binariesParent = binariesParent.toAbsolutePath();
        this.random = random;
    }

    /// Starts or adopts PostgreSQL and returns the address of our database, as a user who is no superuser.
    ///
    /// @throws IOException saying what failed, with the last lines of PostgreSQL's log
    public PostgresAddress start() throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (FileChannel channel = FileChannel.open(
                        folder.resolve("start.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            Path programs = PostgresBinaries.unpack(binariesParent, VERSION);
            initialise(programs);
            postmaster = adopt().orElse(null);
            if (postmaster == null) {
                postmaster = launch(programs);
            }
            prepareDatabase();
        }
        Thread.ofPlatform().daemon().name("postgres-watch").start(this::watch);
        return new PostgresAddress("jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, APP), APP, secret("password"));
    }

    /// Returns the process id of the postmaster.
    public synchronized long pid() {
        ProcessHandle current = postmaster;
        if (current == null) {
            throw new IllegalStateException("PostgreSQL was not started");
        }
        return current.pid();
    }

    private void initialise(Path programs) throws IOException {
        Path data = folder.resolve("data");
        if (Files.exists(data.resolve("PG_VERSION"))) {
            return;
        }
        Path fresh = folder.resolve("data.new");
        deleteTree(fresh);
        Path passwordFile = folder.resolve("superuser");
        secret("superuser");
        run(
                programs,
                List.of(
                        programs.resolve("bin/initdb").toString(),
                        "--pgdata=" + fresh,
                        "--username=postgres",
                        "--pwfile=" + passwordFile,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-instructions"),
                "initdb.log");
        Files.move(fresh, data);
    }

    /// A postmaster that survived our death still serves this data folder: use it rather than fight it.
    private Optional<ProcessHandle> adopt() throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(folder.resolve("data/postmaster.pid"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.size() < 4) {
            return Optional.empty();
        }
        Optional<ProcessHandle> process =
                ProcessHandle.of(Long.parseLong(lines.get(0).trim()));
        if (process.isEmpty() || !process.get().isAlive()) {
            return Optional.empty();
        }
        port = Integer.parseInt(lines.get(3).trim());
        if (!awaitConnection(process.get(), Duration.ofSeconds(10))) {
            return Optional.empty();
        }
        LOG.info(
                "adopted the PostgreSQL that runs on {} (process {})",
                folder,
                process.get().pid());
        return process;
    }

    private ProcessHandle launch(Path programs) throws IOException {
        long deadline = System.nanoTime() + LEFTOVER_TIMEOUT.toNanos();
        while (true) {
            port = port == 0 ? storedPort() : port;
            Path log = folder.resolve("postgres.log");
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            Process process = spawn(programs, command(programs), log);
            if (awaitConnection(process.toHandle(), READY_TIMEOUT)) {
                Files.writeString(folder.resolve("port"), Integer.toString(port));
                return process.toHandle();
            }
            process.destroyForcibly();
            String said = tail(log, logStart);
            boolean portTaken = said.contains("could not bind") || said.contains("could not create any TCP/IP sockets");
            boolean leftover = said.contains("pre-existing shared memory block") || said.contains("postmaster.pid");
            if (portTaken) {
                port = freePort();
            } else if (!leftover || System.nanoTime() > deadline) {
                throw new IOException("[postgresql] it did not start on %s; see %s, which ends with:%n%s"
                        .formatted(folder, log, said));
            }
            // The backends of a killed postmaster need a moment to be gone.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private List<String> command(Path programs) {
        List<String> command = new ArrayList<>(List.of(
                programs.resolve("bin/postgres").toString(),
                "-D",
                folder.resolve("data").toString(),
                "-p",
                "" + port));
        for (String setting : List.of(
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "shared_buffers=64MB",
                "max_connections=60",
                "wal_level=minimal",
                "max_wal_senders=0",
                "max_wal_size=512MB",
                "timezone=UTC",
                "log_timezone=UTC",
                "log_min_messages=warning",
                "logging_collector=off")) {
            command.add("-c");
            command.add(setting);
        }
        return command;
    }

    /// PostgreSQL refuses to run as root; in a user namespace of its own it is nobody, and still owns its files.
    private static List<String> asUser(List<String> command) {
        if (!"root".equals(System.getProperty("user.name"))) {
            return command;
        }
        List<String> wrapped = new ArrayList<>(List.of("unshare", "-U", "--"));
        wrapped.addAll(command);
        return wrapped;
    }

    private static Process spawn(Path programs, List<String> command, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(asUser(command));
        builder.environment().clear();
        builder.environment().put("LD_LIBRARY_PATH", programs.resolve("lib").toString());
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("LC_ALL", "C");
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        return builder.start();
    }

    private void run(Path programs, List<String> command, String logName) throws IOException {
        Path log = folder.resolve(logName);
        Process process = spawn(programs, command, log);
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("[postgresql] %s failed; see %s, which ends with:%n%s"
                        .formatted(command.getFirst(), log, tail(log, 0)));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("[postgresql] interrupted while starting");
        }
    }

    private boolean awaitConnection(ProcessHandle process, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try (Connection _ = connect("postgres")) {
                return true;
            } catch (SQLException | IOException e) {
                LOG.debug("PostgreSQL is not ready: {}", e.getMessage());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        return false;
    }

    private Connection connect(String database) throws SQLException, IOException {
        String url = "jdbc:postgresql://127.0.0.1:%d/%s?connectTimeout=5&socketTimeout=30".formatted(port, database);
        return DriverManager.getConnection(url, "postgres", secret("superuser"));
    }

    private void prepareDatabase() throws IOException {
        String password = secret("password");
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            if (!exists(statement, "select 1 from pg_roles where rolname = '" + APP + "'")) {
                // The password is hex digits of ours, so nothing in it needs quoting.
                statement.execute("create role " + APP + " login password '" + password + "'");
            }
            // Taking over ends the former server's sessions, which are of the same role.
            if (!exists(statement, "select 1 from pg_database where datname = '" + APP + "'")) {
                statement.execute("create database " + APP + " owner " + APP);
            }
        } catch (SQLException e) {
            throw new IOException(
                    "[postgresql] the database could not be prepared; see " + folder.resolve("postgres.log"), e);
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (var rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    private void watch() {
        Duration backoff = Duration.ofMillis(200);
        while (!closing) {
            ProcessHandle current = handle();
            if (current == null) {
                return;
            }
            current.onExit().join();
            if (closing) {
                return;
            }
            LOG.warn("PostgreSQL (process {}) has ended; starting it again", current.pid());
            try {
                restart();
                backoff = Duration.ofMillis(200);
            } catch (IOException e) {
                LOG.error("PostgreSQL could not be started again; trying in {} ms", backoff.toMillis(), e);
                LockSupport.parkNanos(backoff.toNanos());
                backoff = backoff.multipliedBy(2).compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : backoff.multipliedBy(2);
            }
        }
    }

    private void restart() throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve("start.lock"), StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            if (closing) {
                return;
            }
            Optional<ProcessHandle> adopted = adopt();
            ProcessHandle fresh =
                    adopted.isPresent() ? adopted.get() : launch(PostgresBinaries.unpack(binariesParent, VERSION));
            synchronized (this) {
                postmaster = fresh;
            }
        }
    }

    private synchronized @Nullable ProcessHandle handle() {
        return postmaster;
    }

    private int storedPort() throws IOException {
        try {
            return Integer.parseInt(Files.readString(folder.resolve("port")).trim());
        } catch (NoSuchFileException e) {
            return freePort();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /// Returns a secret of this database, made at random when it is first asked for and kept in a file of mode 0600.
    private String secret(String name) throws IOException {
        Path file = folder.resolve(name);
        try {
            return Files.readString(file).trim();
        } catch (NoSuchFileException e) {
            byte[] bytes = new byte[24];
            random.nextBytes(bytes);
            Path fresh = folder.resolve(name + ".new");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, HexFormat.of().formatHex(bytes), StandardCharsets.US_ASCII);
            Files.move(fresh, file);
            return Files.readString(file).trim();
        }
    }

    private static String tail(Path log, long from) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
            long start = Math.max(from, channel.size() - 4000);
            var buffer = java.nio.ByteBuffer.allocate((int) Math.max(0, channel.size() - start));
            channel.read(buffer, start);
            return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (var paths = Files.walk(tree)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /// Stops PostgreSQL: open transactions are rolled back, everything committed is on disk.
    @Override
    public void close() {
        closing = true;
        ProcessHandle current = handle();
        if (current == null || !current.isAlive()) {
            return;
        }
        try {
            // SIGINT asks for a fast shutdown; SIGTERM, which Java would send, waits for every client to leave.
            new ProcessBuilder("kill", "-INT", Long.toString(current.pid()))
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
            current.onExit().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (IOException | java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.warn(
                    "PostgreSQL (process {}) did not stop in {} s; killing it",
                    current.pid(),
                    STOP_TIMEOUT.toSeconds());
            current.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            current.destroyForcibly();
        }
    }
}
