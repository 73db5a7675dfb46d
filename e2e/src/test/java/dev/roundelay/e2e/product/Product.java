package dev.roundelay.e2e.product;

import dev.roundelay.contract.job.JobView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// A server with workers, each a process of its own, in a fresh folder below `target`.
public final class Product implements AutoCloseable {
    private static final String SERVER_MAIN = "dev.roundelay.server.Main";
    private static final String ADMIN_MAIN = "dev.roundelay.server.admin.AdminMain";
    private static final String WORKER_MAIN = "dev.roundelay.worker.Main";
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final int KILLED = 137;

    private final Path folder;
    private volatile Path data;
    private final Setup setup;
    private final Traps traps;
    private final Map<String, Program> workers = new ConcurrentHashMap<>();
    private volatile Program server;
    private final Map<String, String> credentials;
    private String serverOfWorkers;
    private final Api api;
    private final Bucket bucket;

    private Product(Path folder, Setup setup) {
        this.folder = folder;
        this.setup = setup;
        this.traps = new Traps(folder, setup);
        this.data = folder.resolve("data");
        if (setup.firstEnd() != null) {
            endOnce(setup.firstEnd());
        }
        this.server = launchServer();
        this.credentials = credentialsOrEnd();
        this.serverOfWorkers = Objects.requireNonNull(credentials.get("RESON_BASE_URL"));
        this.api = new Api(credentials);
        this.bucket = new Bucket(credentials);
    }

    /// Starts a server, with further options if there are some.
    public static Product start(String name, String... serverOptions) {
        return start(Setup.of(name).withOptions(serverOptions));
    }

    /// Starts a server.
    public static Product start(Setup setup) {
        try {
            Path parent = Files.createDirectories(Path.of("target", "e2e").toAbsolutePath());
            Path folder = Files.createTempDirectory(
                    parent,
                    setup.name() + "-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            return new Product(folder, setup);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Has workers that are started from now on reach the server at other addresses, with commas between.
    public Product through(String addresses) {
        serverOfWorkers = addresses;
        return this;
    }

    /// Starts workers and waits until the server sees them.
    public Product withWorkers(List<String> names, String... options) {
        names.forEach(name -> launchWorker(name, options));
        Eventually.await(
                "workers " + names + " are online",
                PATIENCE,
                api::workers,
                seen -> seen.stream()
                        .filter(worker -> worker.state().equals("online"))
                        .map(worker -> worker.name())
                        .toList()
                        .containsAll(names));
        return this;
    }

    private void launchWorker(String name, String... options) {
        Path token = folder.resolve("token");
        write(token, Objects.requireNonNull(credentials.get("ROUNDELAY_WORKER_TOKEN")));
        List<String> arguments = new ArrayList<>(List.of(
                "--server",
                serverOfWorkers,
                "--token-file",
                token.toString(),
                "--data-dir",
                folder.resolve(name).toString(),
                "--python",
                Python.SYSTEM.toString(),
                "--name",
                name,
                "--exit-with-parent"));
        arguments.addAll(List.of(options));
        workers.put(
                name,
                Program.java(
                        name, WORKER_MAIN, "128m", folder, traps.options(name), traps.environment(name), arguments));
    }

    private Map<String, String> credentialsOrEnd() {
        try {
            return readCredentials();
        } catch (UncheckedIOException e) {
            server.close();
            endPostgres();
            throw e;
        }
    }

    private void endOnce(String point) {
        traps.arm("server", point, 1);
        try (Program first = startServer("server", setup.port(), setup.s3Port())) {
            int exit = first.awaitExit();
            if (exit != KILLED) {
                throw new AssertionError("the first server was to end at %s, and ended with %d:%n%s"
                        .formatted(point, exit, first.errors()));
            }
        }
    }

    private Program launchServer() {
        Program program = startServer("server", setup.port(), setup.s3Port());
        try {
            program.awaitLine("server ready");
        } catch (AssertionError e) {
            program.close();
            endPostgres();
            throw e;
        }
        return program;
    }

    /// Starts a server on the folder without waiting until it serves; one that is not the first of its name is closed
    /// by
    /// the caller.
    public Program startServer(String name, int port, int s3Port) {
        List<String> arguments = new ArrayList<>(List.of(
                "--data-dir",
                data.toString(),
                "--port",
                Integer.toString(port),
                "--s3-port",
                Integer.toString(s3Port),
                "--exit-with-parent"));
        arguments.addAll(setup.serverOptions());
        return Program.java(name, SERVER_MAIN, "256m", folder, traps.options(name), traps.environment(name), arguments);
    }

    /// Starts a second server on the same folder and database, which waits for the first one's end. The caller closes
    /// it.
    public Program startStandby(int port, int s3Port) {
        Program standby = startServer("standby", port, s3Port);
        standby.awaitLine("server standby");
        return standby;
    }

    public Path folder() {
        return folder;
    }

    public Api api() {
        return api;
    }

    public Bucket bucket() {
        return bucket;
    }

    /// Returns what `credentials.env` holds.
    public Map<String, String> credentials() {
        return credentials;
    }

    public Program server() {
        return server;
    }

    /// Returns what can befall its programs.
    public Traps traps() {
        return traps;
    }

    /// Starts the server again without waiting until it serves.
    public void relaunchServer() {
        server = startServer("server", setup.port(), setup.s3Port());
    }

    /// Starts a worker again that has ended, on its own folder.
    public void restartWorker(String name) {
        launchWorker(name);
    }

    public Program worker(String name) {
        return Objects.requireNonNull(workers.get(name), name);
    }

    /// Returns every process below the workers.
    public List<ProcessHandle> jobProcesses() {
        return workers.values().stream()
                .flatMap(worker -> worker.handle().descendants())
                .toList();
    }

    /// Sends a job.
    public JobView submit(Draft draft) {
        return api.submit(draft.upload(bucket));
    }

    /// Sends a job and waits for its good end.
    public JobView finish(Draft draft) {
        return api.awaitFinished(submit(draft).id());
    }

    public void killServer() {
        server.kill();
    }

    /// Starts the server again on the same folder.
    public void restartServer() {
        server = launchServer();
    }

    /// Returns the data folder of the server.
    public Path data() {
        return data;
    }

    /// Has the server be started on another data folder from now on.
    public void moveTo(Path other) {
        data = other;
    }

    /// Runs an operator's command beside the server, and returns its exit code.
    public int admin(List<String> words) {
        try (Program program = startAdmin(words)) {
            return program.awaitExit();
        }
    }

    /// Starts an operator's command beside the server; the caller closes it.
    public Program startAdmin(List<String> words) {
        return Program.java("admin", ADMIN_MAIN, "128m", folder, words);
    }

    /// Kills the database's first process as the kernel would.
    public void killPostgres() {
        ProcessHandle postmaster = postmaster().orElseThrow();
        postmaster.destroyForcibly();
        Eventually.await("PostgreSQL is gone", PATIENCE, () -> !postmaster.isAlive());
    }

    /// Returns the first process of the database.
    public Optional<ProcessHandle> postmaster() {
        try {
            String first = Files.readAllLines(data.resolve("postgres/data/postmaster.pid"))
                    .getFirst();
            return ProcessHandle.of(Long.parseLong(first.strip()))
                    .filter(process -> process.info().command().orElse("").contains("postgres"));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void endPostgres() {
        postmaster().ifPresent(ProcessHandle::destroyForcibly);
    }

    private Map<String, String> readCredentials() {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(data.resolve("credentials.env"))) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    values.put(
                            line.substring(0, equals),
                            line.substring(equals + 1).strip());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(values);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            // Whatever became of the jobs: an agent goes on.
            workers.values().forEach(Program::requireRunning);
        } finally {
            workers.values().forEach(Program::close);
            server.close();
            endPostgres();
            api.close();
            bucket.close();
        }
    }
}
