package dev.roundelay.server.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The files of an embedded PostgreSQL: `data/`, the passwords (0600), the port and the log, all in one folder.
final class PostgresCluster {
    static final String SUPERUSER = "postgres";
    static final String ROLE = "roundelay";
    static final String DATABASE = "roundelay";

    private static final long LOG_BYTES = 10 << 20;
    private static final long INITDB_SECONDS = 120;

    private final Path folder;
    private final Path programs;
    private final UnprivilegedCommand command;
    private final SecureRandom random;

    PostgresCluster(Path folder, Path programs, UnprivilegedCommand command, SecureRandom random) {
        this.folder = folder;
        this.programs = programs;
        this.command = command;
        this.random = random;
    }

    Path data() {
        return folder.resolve("data");
    }

    Path log() {
        return folder.resolve("postgres.log");
    }

    /// Returns a command of PostgreSQL's, ready to start: no input, output to the log, a clean environment.
    ProcessBuilder program(String name, List<String> arguments) {
        List<String> words = Stream.concat(Stream.of(programs.resolve(name).toString()), arguments.stream())
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command.of(words));
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectErrorStream(true);
        // INVARIANT: never a pipe: the children of PostgreSQL keep it open, and its reader would wait for ever.
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        return builder;
    }

    /// Makes the data folder unless it is there. A folder half made by a crash is made again.
    void initialise() throws IOException, InterruptedException {
        boundLog();
        password(SUPERUSER);
        password(ROLE);
        command.admit(folder);
        if (Files.exists(data().resolve("PG_VERSION"))) {
            return;
        }
        Path fresh = folder.resolve("data.new");
        deleteTree(fresh);
        Path passwordFile = passwordFile(SUPERUSER);
        run(
                "initdb",
                List.of(
                        "-D",
                        fresh.toString(),
                        "-U",
                        SUPERUSER,
                        "--pwfile",
                        passwordFile.toString(),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--data-checksums"));
        Files.move(fresh, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Stops the postmaster and returns when it is gone.
    void stop() throws IOException, InterruptedException {
        run("pg_ctl", List.of("stop", "-s", "-w", "-t", "60", "-m", "fast", "-D", data().toString()));
    }

    private void run(String name, List<String> arguments) throws IOException, InterruptedException {
        Process process = program(name, arguments).start();
        if (!process.waitFor(INITDB_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(
                    "[postgresql] %s did not end within %d s; see %s".formatted(name, INITDB_SECONDS, log()));
        }
        if (process.exitValue() != 0) {
            throw new IOException("[postgresql] %s failed with %d; see %s: %s"
                    .formatted(name, process.exitValue(), log(), logTail()));
        }
    }

    /// Returns the settings of the postmaster: small, durable, loopback only.
    List<String> settings(int port) {
        return Stream.of(
                        "listen_addresses=127.0.0.1",
                        "port=" + port,
                        "unix_socket_directories=",
                        "fsync=on",
                        "synchronous_commit=on",
                        "full_page_writes=on",
                        "max_connections=60",
                        "shared_buffers=64MB",
                        "effective_cache_size=256MB",
                        "work_mem=8MB",
                        "maintenance_work_mem=64MB",
                        "max_wal_size=512MB",
                        "max_parallel_workers_per_gather=0",
                        "max_worker_processes=2",
                        "autovacuum_max_workers=1",
                        "wal_level=minimal",
                        "max_wal_senders=0",
                        "huge_pages=off",
                        "jit=off",
                        "log_destination=stderr",
                        "logging_collector=off",
                        "timezone=UTC",
                        "log_timezone=UTC")
                .flatMap(setting -> Stream.of("-c", setting))
                .toList();
    }

    /// Returns the port of the last start if it is still free, else a fresh one, and remembers it.
    int port() throws IOException {
        Path file = folder.resolve("port");
        try {
            int last = Integer.parseInt(Files.readString(file).strip());
            if (isFree(last)) {
                return last;
            }
        } catch (NoSuchFileException | NumberFormatException _) {
            // The first start.
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Files.writeString(file, socket.getLocalPort() + "\n");
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    PostgresAddress superuser(int port) throws IOException {
        return new PostgresAddress(url(port, "postgres"), SUPERUSER, password(SUPERUSER));
    }

    PostgresAddress role(int port) throws IOException {
        return new PostgresAddress(url(port, DATABASE), ROLE, password(ROLE));
    }

    private static String url(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
    }

    private Path passwordFile(String role) {
        return folder.resolve(role + ".password");
    }

    /// Returns the password of a role, made at random the first time.
    private String password(String role) throws IOException {
        Path file = passwordFile(role);
        if (!Files.exists(file)) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            Path fresh = folder.resolve(role + ".password.new");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    fresh, HexFormat.of().formatHex(bytes) + "\n", StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }

    /// Keeps the log from growing for ever: what a large one holds goes to `postgres.log.1`, over what was there.
    /// PostgreSQL goes on at its new end, for it appends; a line written in between may be lost.
    void boundLog() throws IOException {
        if (Files.exists(log()) && Files.size(log()) > LOG_BYTES) {
            Files.copy(log(), folder.resolve("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel file = FileChannel.open(log(), StandardOpenOption.WRITE)) {
                file.truncate(0);
            }
        }
    }

    /// Returns the last lines of the log.
    String logTail() throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        List<String> lines = new String(Files.readAllBytes(log()), StandardCharsets.UTF_8)
                .lines()
                .toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 8), lines.size()));
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
