package dev.roundelay.server.postgres;

import dev.roundelay.server.BuildVersion;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// PostgreSQL as a supervised process on a folder of the server's.
///
/// One platform thread starts it, waits for its end and starts it again. It outlives a killed server and is adopted by
/// the next one; [#close] stops it cleanly. The server connects as a role that is no superuser.
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final Duration LOCK_WAIT = Duration.ofSeconds(15);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration STEADY = Duration.ofSeconds(30);
    private static final Duration LOG_CHECK = Duration.ofMinutes(1);

    private final Path folder;
    private final Programs programs;
    private final SecureRandom random;
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private final CompletableFuture<Postmaster> first = new CompletableFuture<>();
    private volatile @Nullable Postmaster running;
    private @Nullable Thread supervisor;
    private @Nullable PostgresCluster cluster;
    private @Nullable FileChannel lock;

    /// With the programs that come with this build.
    ///
    /// @param folder         everything of PostgreSQL's lies below it
    /// @param binariesParent where its programs are unpacked
    public EmbeddedPostgres(Path folder, Path binariesParent, SecureRandom random) {
        this(folder, () -> PostgresBinaries.unpack(binariesParent, BuildVersion.postgres()), random);
    }

    private EmbeddedPostgres(Path folder, Programs programs, SecureRandom random) {
        this.folder = folder;
        this.programs = programs;
        this.random = random;
    }

    /// With programs of the machine's own, at least of release 15.
    ///
    /// @param programs folder with `postgres`, `initdb` and `pg_ctl`
    public static EmbeddedPostgres withPrograms(Path folder, Path programs, SecureRandom random) {
        return new EmbeddedPostgres(folder, () -> programs, random);
    }

    /// With programs of the machine's own where some are named, else with those of this build.
    ///
    /// @param programs as [#withPrograms] takes them
    public static EmbeddedPostgres on(Path folder, Optional<Path> programs, SecureRandom random) {
        return programs.map(found -> withPrograms(folder, found, random))
                .orElseGet(() -> new EmbeddedPostgres(folder, folder, random));
    }

    /// Finds the folder of PostgreSQL's programs.
    private interface Programs {
        Path find() throws IOException;
    }

    /// Adopts or starts PostgreSQL and returns where it is, once it takes connections.
    ///
    /// @throws IOException if it does not start, or another server runs it
    public PostgresAddress start() throws IOException {
        try {
            return open();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException("[postgresql] did not start", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("[postgresql] interrupted while starting");
        }
    }

    private PostgresAddress open() throws IOException, InterruptedException, ExecutionException {
        Files.createDirectories(folder);
        Path home = folder.toRealPath();
        lock = lock(home);
        PostgresCluster files = new PostgresCluster(home, programs.find(), UnprivilegedCommand.find(), random);
        cluster = files;
        files.initialise();
        supervisor = Thread.ofPlatform().name("postgres-supervisor").daemon().start(() -> supervise(files));
        int port = first.get().port();
        bootstrap(files, port);
        return files.role(port);
    }

    /// Returns the process id of the postmaster that runs now, or ran last.
    ///
    /// @throws IllegalStateException before [#start] has returned
    public long pid() {
        Postmaster postmaster = running;
        if (postmaster == null) {
            throw new IllegalStateException("PostgreSQL was not started");
        }
        return postmaster.process().pid();
    }

    /// Returns how an administrator connects, as for making a database; the server itself does not.
    ///
    /// @throws IllegalStateException before [#start] has returned
    public PostgresAddress superuser() throws IOException {
        if (cluster == null || !first.isDone()) {
            throw new IllegalStateException("PostgreSQL was not started");
        }
        return cluster.superuser(first.join().port());
    }

    /// Stops PostgreSQL: sessions end, everything is written, the process is gone on return.
    @Override
    public void close() {
        closing.complete(null);
        try {
            if (supervisor != null) {
                supervisor.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            unlock();
        }
    }

    private void supervise(PostgresCluster files) {
        Duration pause = FIRST_PAUSE;
        try {
            int port = files.port();
            while (!closing.isDone()) {
                long started = System.nanoTime();
                try {
                    port = run(files, port);
                } catch (IOException e) {
                    if (first.completeExceptionally(e)) {
                        return;
                    }
                    log.error("PostgreSQL could not be started or stopped; trying again in {}", pause, e);
                }
                boolean steady = System.nanoTime() - started > STEADY.toNanos();
                pause = steady ? FIRST_PAUSE : shorter(pause.multipliedBy(2), LONGEST_PAUSE);
                awaitClosing(pause);
            }
        } catch (IOException | InterruptedException e) {
            first.completeExceptionally(e);
        }
    }

    /// Runs PostgreSQL until it ends or we close, and returns its port.
    private int run(PostgresCluster files, int port) throws IOException, InterruptedException {
        Postmaster postmaster = Postmaster.open(files, port);
        log.info(
                "PostgreSQL {} (process {}, port {})",
                postmaster.adopted() ? "adopted" : "started",
                postmaster.process().pid(),
                postmaster.port());
        running = postmaster;
        first.complete(postmaster);
        while (!postmaster.awaitEndOr(closing, LOG_CHECK)) {
            files.boundLog();
        }
        if (closing.isDone()) {
            files.stop();
        } else {
            log.warn("PostgreSQL ended; starting it again");
        }
        return postmaster.port();
    }

    private void awaitClosing(Duration pause) throws InterruptedException {
        try {
            closing.get(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            // The next turn.
        } catch (ExecutionException e) {
            throw new IllegalStateException("closing cannot fail", e);
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /// Makes the server's role and database, unless they are there.
    private static void bootstrap(PostgresCluster files, int port) throws IOException {
        PostgresAddress role = files.role(port);
        try (Connection _ = connect(role)) {
            return;
        } catch (SQLException e) {
            log.debug("the role or the database is not there yet", e);
        }
        try (Connection connection = connect(files.superuser(port));
                Statement statement = connection.createStatement()) {
            if (isAbsent(statement, "select 1 from pg_roles where rolname = '%s'".formatted(PostgresCluster.ROLE))) {
                statement.execute("create role %s".formatted(PostgresCluster.ROLE));
            }
            // The password is hexadecimal, so it needs no escape.
            statement.execute("alter role %s login password '%s'".formatted(PostgresCluster.ROLE, role.password()));
            if (isAbsent(
                    statement, "select 1 from pg_database where datname = '%s'".formatted(PostgresCluster.DATABASE))) {
                statement.execute(
                        "create database %s owner %s".formatted(PostgresCluster.DATABASE, PostgresCluster.ROLE));
            }
        } catch (SQLException e) {
            throw new IOException("[postgresql] the server's role could not be made: " + e.getMessage(), e);
        }
    }

    /// Returns how the server connects to the PostgreSQL that runs on a folder, for who looks on; empty if none runs.
    public static Optional<PostgresAddress> running(Path folder) throws IOException {
        Optional<PostmasterFile> file = PostmasterFile.find(folder.resolve("data"));
        if (file.isEmpty() || !file.get().ready() || file.get().process().isEmpty()) {
            return Optional.empty();
        }
        PostgresCluster files =
                new PostgresCluster(folder.toRealPath(), folder, UnprivilegedCommand.find(), new SecureRandom());
        return Optional.of(files.role(file.get().port()));
    }

    private static Connection connect(PostgresAddress address) throws SQLException {
        return DriverManager.getConnection(address.url(), address.user(), address.password());
    }

    private static boolean isAbsent(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return !rows.next();
        }
    }

    /// Locks the folder: one server starts and stops its PostgreSQL. A predecessor that is just stopping is waited for.
    private static FileChannel lock(Path home) throws IOException, InterruptedException {
        FileChannel channel =
                FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        long deadline = System.nanoTime() + LOCK_WAIT.toNanos();
        while (!tryLock(channel)) {
            if (System.nanoTime() > deadline) {
                channel.close();
                throw new IOException(
                        ("[data folder %s] another server runs the PostgreSQL in it; stop that one, or give this "
                                        + "one a database with --database-url")
                                .formatted(home.getParent()));
            }
            Thread.sleep(FIRST_PAUSE);
        }
        return channel;
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private void unlock() {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                log.warn("the lock file could not be closed", e);
            }
        }
    }
}
