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

    private final Path folder;
    private volatile Path data;
    private final boolean mortal;
    private final List<String> serverOptions;
    private final Map<String, Program> workers = new ConcurrentHashMap<>();
    private volatile Program server;
    private final Map<String, String> credentials;
    private String serverOfWorkers;
    private final Api api;
    private final Bucket bucket;

    private Product(Path folder, boolean mortal, List<String> serverOptions) {
        this.folder = folder;
        this.mortal = mortal;
        this.serverOptions = List.copyOf(serverOptions);
        this.data = folder.resolve("data");
        this.server = launchServer();
        this.credentials = readCredentials();
        this.serverOfWorkers = Objects.requireNonNull(credentials.get("RESON_BASE_URL"));
        this.api = new Api(credentials);
        this.bucket = new Bucket(credentials);
    }

    /// Starts a server, with further options if there are some.
    public static Product start(String name, String... serverOptions) {
        return start(name, false, List.of(serverOptions));
    }

    /// Starts a server; it and its workers can be told to end at a named point ([#armed]).
    public static Product startMortal(String name) {
        return start(name, true, List.of());
    }

    private static Product start(String name, boolean mortal, List<String> serverOptions) {
        try {
            Path parent = Files.createDirectories(Path.of("target", "e2e").toAbsolutePath());
            Path folder = Files.createTempDirectory(
                    parent,
                    name + "-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            return new Product(folder, mortal, serverOptions);
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
        workers.put(name, Program.java(name, WORKER_MAIN, "128m", folder, jvm(name), arguments));
    }

    private Program launchServer() {
        Program program = serverProgram("server", "0", "0");
        try {
            program.awaitLine("server ready");
        } catch (AssertionError e) {
            program.close();
            endPostgres();
            throw e;
        }
        return program;
    }

    private Program serverProgram(String name, String port, String s3Port) {
        List<String> arguments = new ArrayList<>(
                List.of("--data-dir", data.toString(), "--port", port, "--s3-port", s3Port, "--exit-with-parent"));
        arguments.addAll(serverOptions);
        return Program.java(name, SERVER_MAIN, "256m", folder, jvm(name), arguments);
    }

    /// Starts a second server on the same folder and database, which waits for the first one's end. The caller closes
    /// it.
    public Program startStandby(int port, int s3Port) {
        Program standby = serverProgram("standby", Integer.toString(port), Integer.toString(s3Port));
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

    /// Has a program end when it reaches a point for the n-th time from now on.
    public void armed(String program, String point, int times) {
        write(control(program), point + "#" + times);
    }

    /// Has all programs live on.
    public void disarm() {
        try {
            Files.deleteIfExists(control("server"));
            for (String name : workers.keySet()) {
                Files.deleteIfExists(control(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the points that a program has passed, in order of their names; none of one that cannot end at one.
    public List<String> points(String program) {
        if (!mortal) {
            return List.of();
        }
        try {
            return Files.readAllLines(control(program).resolveSibling(program + ".fault.seen")).stream()
                    .distinct()
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path control(String program) {
        return folder.resolve(program + ".fault");
    }

    private List<String> jvm(String program) {
        return mortal ? List.of("-javaagent:" + FaultAgentJar.path() + "=" + control(program)) : List.of();
    }

    /// Starts the server again without waiting until it serves.
    public void relaunchServer() {
        server = serverProgram("server", "0", "0");
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
        try (Program program = Program.java("admin", ADMIN_MAIN, "128m", folder, words)) {
            return program.awaitExit();
        }
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
