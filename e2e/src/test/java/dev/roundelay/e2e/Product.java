package dev.roundelay.e2e;

import dev.roundelay.contract.job.JobView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A server with workers, each a process of its own, in a fresh folder below `target`.
final class Product implements AutoCloseable {
    private static final String SERVER_MAIN = "dev.roundelay.server.Main";
    private static final String WORKER_MAIN = "dev.roundelay.worker.Main";
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    private final Path folder;
    private final Path data;
    private final Map<String, Program> workers = new LinkedHashMap<>();
    private Program server;
    private final Map<String, String> credentials;
    private final Api api;
    private final Bucket bucket;

    private Product(Path folder) {
        this.folder = folder;
        this.data = folder.resolve("data");
        this.server = launchServer();
        this.credentials = readCredentials();
        this.api = new Api(credentials);
        this.bucket = new Bucket(credentials);
    }

    /// Starts a server.
    static Product start(String name) {
        try {
            Path parent = Files.createDirectories(Path.of("target", "e2e").toAbsolutePath());
            return new Product(Files.createTempDirectory(
                    parent,
                    name + "-",
                    java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                            java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts workers and waits until the server sees them.
    Product withWorkers(List<String> names, String... options) {
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
                Objects.requireNonNull(credentials.get("RESON_BASE_URL")),
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
        workers.put(name, Program.java(name, WORKER_MAIN, "128m", folder, arguments));
    }

    private Program launchServer() {
        Program program = Program.java(
                "server",
                SERVER_MAIN,
                "256m",
                folder,
                List.of("--data-dir", data.toString(), "--port", "0", "--s3-port", "0", "--exit-with-parent"));
        try {
            program.awaitLine("server ready");
        } catch (AssertionError e) {
            program.close();
            endPostgres();
            throw e;
        }
        return program;
    }

    Path folder() {
        return folder;
    }

    Api api() {
        return api;
    }

    Bucket bucket() {
        return bucket;
    }

    /// Returns what `credentials.env` holds.
    Map<String, String> credentials() {
        return credentials;
    }

    Program worker(String name) {
        return Objects.requireNonNull(workers.get(name), name);
    }

    /// Returns every process below the workers.
    List<ProcessHandle> jobProcesses() {
        return workers.values().stream()
                .flatMap(worker -> worker.handle().descendants())
                .toList();
    }

    /// Sends a job.
    JobView submit(Draft draft) {
        return api.submit(draft.upload(bucket));
    }

    /// Sends a job and waits for its good end.
    JobView finish(Draft draft) {
        return api.awaitFinished(submit(draft).id());
    }

    void killServer() {
        server.kill();
    }

    /// Starts the server again on the same folder.
    void restartServer() {
        server = launchServer();
    }

    /// Kills the database's first process as the kernel would.
    void killPostgres() {
        ProcessHandle postmaster = postmaster().orElseThrow();
        postmaster.destroyForcibly();
        Eventually.await("PostgreSQL is gone", PATIENCE, () -> !postmaster.isAlive());
    }

    private Optional<ProcessHandle> postmaster() {
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
